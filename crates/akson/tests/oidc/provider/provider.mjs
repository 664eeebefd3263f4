// A provider like HelseID or ID-porten: pushed requests, proofs with a nonce, private_key_jwt, and their claims.
// It takes whoever is named in its form; who they are and how sure it is comes from the test.
import http from 'node:http';
import { randomBytes } from 'node:crypto';
import * as oidc from 'oidc-provider';

const { port, client, accounts, claims, signing } = JSON.parse(process.argv[2]);
const issuer = `http://127.0.0.1:${port}`;

const provider = new oidc.Provider(issuer, {
  clients: [client],
  claims: { openid: ['sub'], acr: null, auth_time: null, ...claims },
  conformIdTokenClaims: false,
  acrValues: ['idporten-loa-substantial', 'idporten-loa-high'],
  clientAuthMethods: ['private_key_jwt'],
  enabledJWA: { clientAuthSigningAlgValues: signing, idTokenSigningAlgValues: ['RS256', 'ES256'] },
  cookies: { keys: [randomBytes(32).toString('hex')] },
  pkce: { required: () => true },
  features: {
    devInteractions: { enabled: false },
    pushedAuthorizationRequests: { enabled: true, requirePushedAuthorizationRequests: true },
    dPoP: { enabled: true, nonceSecret: randomBytes(32), requireNonce: () => true },
    rpInitiatedLogout: { enabled: true },
  },
  findAccount: (_, id) => accounts[id] && { accountId: id, claims: () => ({ sub: id, ...accounts[id].claims }) },
  // What the client may know was agreed between the operators, not with the person.
  loadExistingGrant: async (ctx) => {
    const grant = new ctx.oidc.provider.Grant({ accountId: ctx.oidc.session.accountId, clientId: ctx.oidc.client.clientId });
    grant.addOIDCScope(ctx.oidc.params.scope);
    await grant.save();
    return grant;
  },
  interactions: { url: (_, interaction) => `/who/${interaction.uid}` },
});

async function who(req, res) {
  const details = await provider.interactionDetails(req, res);
  if (req.method === 'POST') {
    let body = '';
    for await (const piece of req) body += piece;
    const id = new URLSearchParams(body).get('login');
    const login = { accountId: id, acr: accounts[id]?.acr, remember: true };
    return provider.interactionFinished(req, res, accounts[id] ? { login } : { error: 'access_denied' });
  }
  res.setHeader('content-type', 'text/html');
  res.end(`<form method="post" action="/who/${details.uid}"><input name="login"><p>${details.prompt.name}</p></form>`);
}

const rest = provider.callback();
http.createServer((req, res) => {
  if (!req.url.startsWith('/who/')) return rest(req, res);
  return who(req, res).catch((error) => { res.statusCode = 400; res.end(String(error)); });
}).listen(port, '127.0.0.1', () => console.log('ready'));
