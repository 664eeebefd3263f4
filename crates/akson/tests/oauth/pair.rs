//! Key pairs of clients, and the tokens they sign, right and wrong.

use aws_lc_rs::encoding::AsDer;
use aws_lc_rs::rsa::{KeyPair, KeySize};
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, ECDSA_P384_SHA384_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair,
};
use jsonwebtoken::jwk::{Jwk, ThumbprintHash};
use jsonwebtoken::{Algorithm, EncodingKey};
use serde_json::{Value, json};

/// A key pair.
pub struct Pair {
    pub algorithm: Algorithm,
    pub encoding: EncodingKey,
    pub kid: String,
}

impl Pair {
    pub fn new(algorithm: Algorithm, kid: &str) -> Pair {
        let encoding = match algorithm {
            Algorithm::ES256 | Algorithm::ES384 => {
                let curve = match algorithm {
                    Algorithm::ES256 => &ECDSA_P256_SHA256_FIXED_SIGNING,
                    _ => &ECDSA_P384_SHA384_FIXED_SIGNING,
                };
                let pair = EcdsaKeyPair::generate(curve).unwrap();
                EncodingKey::from_ec_der(pair.to_pkcs8v1().unwrap().as_ref())
            }
            Algorithm::EdDSA => {
                let pair = Ed25519KeyPair::generate().unwrap();
                EncodingKey::from_ed_der(pair.to_pkcs8v1().unwrap().as_ref())
            }
            _ => {
                let pair = KeyPair::generate(KeySize::Rsa2048).unwrap();
                let der = AsDer::<aws_lc_rs::encoding::Pkcs8V1Der<'_>>::as_der(&pair).unwrap();
                let mut pem = String::from("-----BEGIN PRIVATE KEY-----\n");
                akson_core::base64::encode(der.as_ref(), &mut pem);
                pem.push_str("\n-----END PRIVATE KEY-----\n");
                EncodingKey::from_rsa_pem(pem.as_bytes()).unwrap()
            }
        };
        Pair { algorithm, encoding, kid: kid.to_string() }
    }

    /// The public half.
    pub fn jwk(&self) -> Value {
        let mut jwk = serde_json::to_value(self.bare()).unwrap();
        jwk["kid"] = json!(self.kid);
        jwk
    }

    pub fn thumbprint(&self) -> String {
        self.bare().thumbprint(ThumbprintHash::SHA256).unwrap()
    }

    fn bare(&self) -> Jwk {
        Jwk::from_encoding_key(&self.encoding, self.algorithm).unwrap()
    }

    /// Claims signed under a header that may say anything.
    pub fn sign(&self, header: &Value, claims: &Value) -> String {
        let message = format!("{}.{}", text(header), text(claims));
        let signature = jsonwebtoken::crypto::sign(message.as_bytes(), &self.encoding, self.algorithm).unwrap();
        format!("{message}.{signature}")
    }

    /// The header this key signs under.
    pub fn header(&self) -> Value {
        json!({ "alg": format!("{:?}", self.algorithm), "kid": self.kid, "typ": "JWT" })
    }
}

/// JSON as a part of a token.
pub fn text(value: &Value) -> String {
    url_text(value.to_string().as_bytes())
}

/// Bytes as a part of a token.
pub fn url_text(bytes: &[u8]) -> String {
    let mut text = String::new();
    akson_core::base64::encode(bytes, &mut text);
    text.trim_end_matches('=').replace('+', "-").replace('/', "_")
}

/// The hash that PKCE and `ath` want.
pub fn sha256(text: &str) -> String {
    url_text(aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, text.as_bytes()).as_ref())
}
