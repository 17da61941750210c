/** What is counted: a currency, a coin, loyalty points. */
export type Asset = {
  readonly code: string
  /** Decimals of the minor unit; null while nothing has told. */
  readonly scale: number | null
}

/** Currencies of ISO 4217 whose minor unit does not have two decimals. */
const SCALES_OTHER_THAN_TWO: Readonly<Record<string, number>> = {
  BHD: 3,
  BIF: 0,
  CLF: 4,
  CLP: 0,
  DJF: 0,
  GNF: 0,
  IQD: 3,
  ISK: 0,
  JOD: 3,
  JPY: 0,
  KMF: 0,
  KRW: 0,
  KWD: 3,
  LYD: 3,
  OMR: 3,
  PYG: 0,
  RWF: 0,
  TND: 3,
  UGX: 0,
  UYI: 0,
  UYW: 4,
  VND: 0,
  VUV: 0,
  XAF: 0,
  XOF: 0,
  XPF: 0,
}

const CURRENCIES = new Set(
  (
    'AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD CDF ' +
    'CHE CHF CHW CLF CLP CNY COP COU CRC CUC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD ' +
    'GNF GTQ GYD HKD HNL HRK HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP ' +
    'LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MXV MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN ' +
    'PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SLL SOS SRD SSP STN SVC SYP SZL THB TJS ' +
    'TMT TND TOP TRY TTD TWD TZS UAH UGX USD USN UYI UYU UYW UZS VED VES VND VUV WST XAF XCD XOF XPF YER ZAR ZMW ZWL'
  ).split(' '),
)

/** Whether the code names a currency of ISO 4217. */
export function isCurrency(code: string): boolean {
  return CURRENCIES.has(code)
}

/** Decimals of a currency's minor unit by ISO 4217, or null for what is no currency. */
export function currencyScale(code: string): number | null {
  return CURRENCIES.has(code) ? (SCALES_OTHER_THAN_TWO[code] ?? 2) : null
}

/** The scale that a precision of Blnk means: 100 is 2. What is no power of ten counts whole units: 0. */
export function scaleOfPrecision(precision: bigint): number {
  const text = precision.toString()
  return /^10*$/.test(text) ? text.length - 1 : 0
}
