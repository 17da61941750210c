/** An OpenID provider on loopback, whose clients get their tokens by client credentials. */
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import {
  type CryptoKey,
  exportJWK,
  generateKeyPair,
  type JWK,
  type JWTHeaderParameters,
  SignJWT,
} from 'jose'
import { type Configuration, Provider } from 'oidc-provider'

/** A key pair, by the name that its tokens give it. */
export type SigningKey = { readonly kid: string; readonly jwk: JWK; readonly key: CryptoKey }

export async function makeSigningKey(kid: string, alg = 'RS256'): Promise<SigningKey> {
  const { privateKey } = await generateKeyPair(alg, { extractable: true })
  const jwk = { ...(await exportJWK(privateKey)), kid, alg, use: 'sig' }
  return { kid, jwk, key: privateKey }
}

export class TestIssuer {
  readonly audience = 'https://ledger.example'
  /** How often its keys were asked for. */
  asked = 0
  #signing: SigningKey
  #server: Server | null = null
  #port = 0
  readonly #organizations: string[] = []

  private constructor(signing: SigningKey) {
    this.#signing = signing
  }

  static async start(): Promise<TestIssuer> {
    const issuer = new TestIssuer(await makeSigningKey('first'))
    await issuer.up()
    return issuer
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`
  }

  get signing(): SigningKey {
    return this.#signing
  }

  /** Says which organizations tokens are for from now on. */
  nameOrganizations(...ids: readonly string[]): void {
    this.#organizations.splice(0, Infinity, ...ids)
  }

  /** Signs with another key from now on; the old one is not published any more. */
  async rotate(kid: string): Promise<void> {
    await this.down()
    this.#signing = await makeSigningKey(kid)
    await this.up()
  }

  async up(): Promise<void> {
    const server = createServer()
    this.#server = server
    await new Promise<void>((resolve) => server.listen(this.#port, '127.0.0.1', resolve))
    this.#port = (server.address() as AddressInfo).port
    const serve = new Provider(this.url, this.#configuration()).callback()
    server.on('request', (request, response) => {
      if (request.url === '/jwks') this.asked += 1
      void serve(request, response)
    })
  }

  async down(): Promise<void> {
    const server = this.#server
    this.#server = null
    if (server === null) return
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }

  /** A token as a client of the provider gets it. */
  async token(scope: string): Promise<string> {
    const response = await fetch(`${this.url}/token`, {
      method: 'POST',
      headers: {
        'content-type': 'application/x-www-form-urlencoded',
        authorization: `Basic ${btoa('payments:a secret of the client')}`,
      },
      body: new URLSearchParams({
        grant_type: 'client_credentials',
        scope,
        resource: this.audience,
      }),
    })
    const body = (await response.json()) as { readonly access_token?: string }
    if (body.access_token === undefined) throw new Error(`no token: ${JSON.stringify(body)}`)
    return body.access_token
  }

  /** A token that the provider would not give, signed with its key unless another is given. */
  forge(
    claims: Readonly<Record<string, unknown>>,
    header: Partial<JWTHeaderParameters> = {},
    key: CryptoKey | Uint8Array = this.#signing.key,
  ): Promise<string> {
    const now = Math.floor(Date.now() / 1000)
    const usual = { iss: this.url, aud: this.audience, sub: 'payments', iat: now, exp: now + 60 }
    return new SignJWT({ ...usual, organizations: ['*'], scope: '*:*', ...claims })
      .setProtectedHeader({ alg: 'RS256', kid: this.#signing.kid, ...header })
      .sign(key)
  }

  #configuration(): Configuration {
    return {
      clients: [
        {
          client_id: 'payments',
          client_secret: 'a secret of the client',
          grant_types: ['client_credentials'],
          redirect_uris: [],
          response_types: [],
        },
      ],
      jwks: { keys: [this.#signing.jwk as never] },
      extraTokenClaims: () => ({ organizations: [...this.#organizations] }),
      features: {
        devInteractions: { enabled: false },
        clientCredentials: { enabled: true },
        resourceIndicators: {
          enabled: true,
          getResourceServerInfo: () => ({
            scope: '*:* *:read organizations:read transactions:write',
            audience: this.audience,
            accessTokenFormat: 'jwt',
            jwt: { sign: { alg: 'RS256' } },
          }),
        },
      },
    }
  }
}
