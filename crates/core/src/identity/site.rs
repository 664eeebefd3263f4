//! Where this server stands for others: its addresses.
//!
//! Each family of client profiles has an issuer of its own, so that no discovery document advertises a mixture.

/// A family of client profiles with an issuer of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Issuer {
    /// FAPI 2.0.
    Fapi,
    /// SMART App Launch and Backend Services.
    Smart,
}

impl Issuer {
    /// Both.
    pub const ALL: [Issuer; 2] = [Issuer::Fapi, Issuer::Smart];

    /// Its place in addresses.
    pub fn name(self) -> &'static str {
        match self {
            Issuer::Fapi => "fapi",
            Issuer::Smart => "smart",
        }
    }
}

/// The addresses of this server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Site {
    /// What all addresses begin with, without a slash at its end.
    pub root: String,
    /// The FHIR base.
    pub fhir: String,
    /// What access tokens are for: the FHIR base, or a name for a server without a fixed one.
    pub audience: String,
}

/// The audience of tokens where the server has no fixed address: they are worth nothing anywhere else.
const NO_FIXED_ADDRESS: &str = "urn:akson:fhir";

impl Site {
    /// A server with this FHIR base; `fixed` says whether it is the only one.
    pub fn at(fhir: &str) -> Site {
        let fhir = fhir.trim_end_matches('/').to_string();
        let root = fhir.strip_suffix("/fhir").unwrap_or(&fhir).to_string();
        Site { root, audience: fhir.clone(), fhir }
    }

    /// A server that is reached by any name; this one was used.
    pub fn seen_as(fhir: &str) -> Site {
        Site { audience: NO_FIXED_ADDRESS.to_string(), ..Site::at(fhir) }
    }

    /// The issuer's own address.
    pub fn issuer(&self, issuer: Issuer) -> String {
        format!("{}/oauth/{}", self.root, issuer.name())
    }

    /// An address of the issuer: `token`, `authorize`, `par`, `jwks`, `introspect`, `revoke`.
    pub fn endpoint(&self, issuer: Issuer, name: &str) -> String {
        format!("{}/{name}", self.issuer(issuer))
    }
}
