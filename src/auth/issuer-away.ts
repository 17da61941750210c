/** A token may be good or not: its issuer cannot be asked for its keys. */
export class IssuerAway extends Error {
  override readonly name = 'IssuerAway'

  constructor() {
    super('The issuer of the token cannot be asked for its keys right now.')
  }
}
