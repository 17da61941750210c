import type { RecordFault } from '../../../reconciliation/index.ts'
import { Problem } from '../wire/problem.ts'

/** Something in an upload cannot be kept, so nothing of it is. `row` counts records from 1; null for the file itself. */
export class UploadFault extends Error {
  override readonly name = 'UploadFault'
  readonly row: number | null
  readonly field: string | null

  constructor(
    text: string,
    row: number | null = null,
    field: string | null = null,
    options?: ErrorOptions,
  ) {
    super(text, options)
    this.row = row
    this.field = field
  }
}

/** The upload is larger than may be. */
export class UploadTooLarge extends Error {
  override readonly name = 'UploadTooLarge'
}

const FAULTS: Readonly<Record<RecordFault['fault'], string>> = {
  missing: 'is missing',
  not_an_amount: 'is not an amount',
  not_a_date: 'is not a date',
  too_long: 'is too long',
  not_text: 'has a NUL character in it',
}

export function faultOfRecord({ field, fault }: RecordFault, row: number): UploadFault {
  return new UploadFault(`${field} ${FAULTS[fault]}`, row, field)
}

/** How an upload that failed is answered; what is not about the upload is thrown on. */
export function uploadProblem(error: unknown): unknown {
  if (error instanceof UploadTooLarge)
    return new Problem('GEN_PAYLOAD_TOO_LARGE', 'upload exceeds the maximum allowed size')
  if (!(error instanceof UploadFault)) return error
  const { row, field } = error
  const place = row === null ? '' : `row ${row}: `
  return new Problem(
    'RECON_UPLOAD_PROCESSING_FAILED',
    `Failed to process upload: ${place}${error.message}`,
    {
      details: { row, field },
    },
  )
}
