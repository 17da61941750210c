/** A statement with its parameters. */
export type Statement = {
  readonly name: string
  readonly text: string
  readonly values: readonly unknown[]
}
