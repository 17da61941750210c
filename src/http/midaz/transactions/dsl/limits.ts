import { ENTRIES_MAX } from '../schema.ts'

/** Bounds of a transaction that comes as a script. The grammar nests six deep and no deeper, whatever is written. */
export const dslLimits = {
  /** Bytes of a script, which leaves room for as many entries as a transaction may have. */
  bytesMax: 2 * 1024 * 1024,
  /** Digits of a number: more than an amount may have with all of its decimals. */
  digitsMax: 100,
  /** Digits of a percentage. */
  percentDigitsMax: 9,
  /** Entries of one side. */
  entriesMax: ENTRIES_MAX,
  /** Names in the metadata of a transaction or an entry. */
  metadataMax: 100,
} as const
