//! A server in this process, with a few people who have numbers, and the providers it is told of.

use akson::config::Config;
use akson_core::Core;
use akson_core::identity::{Dialect, Provider};
use axum::Router;

use crate::house;

pub const NINA: &str = "21905297101";
pub const KARI: &str = "13116900216";
pub const HERE: &str = "http://127.0.0.1:8080";
const PEOPLE: &[&str] = &[
    r#"{"resourceType":"Organization","id":"town","name":"Prøvevik kommune",
        "identifier":[{"system":"urn:oid:2.16.578.1.12.4.1.4.101","value":"310000019"}]}"#,
    r#"{"resourceType":"Organization","id":"home","name":"Hjemmetjenesten","partOf":{"reference":"Organization/town"}}"#,
    r#"{"resourceType":"Organization","id":"other","name":"Annen kommune",
        "identifier":[{"system":"urn:oid:2.16.578.1.12.4.1.4.101","value":"310000027"}]}"#,
    r#"{"resourceType":"Practitioner","id":"nina","name":[{"family":"Prøve","given":["Nina"]}],
        "identifier":[{"system":"urn:oid:2.16.578.1.12.4.1.4.1","value":"21905297101"},
        {"system":"urn:oid:2.16.578.1.12.4.1.4.4","value":"9990001"}]}"#,
    r#"{"resourceType":"Practitioner","id":"olga","name":[{"family":"Test","given":["Olga"]}],
        "identifier":[{"system":"urn:oid:2.16.578.1.12.4.1.4.4","value":"9990002"}]}"#,
    r#"{"resourceType":"Patient","id":"kari","name":[{"family":"Prøvedal","given":["Kari"]}],
        "identifier":[{"system":"urn:oid:2.16.578.1.12.4.1.4.1","value":"13116900216"}]}"#,
];

/// A server.
pub struct Stand {
    pub core: Core,
    pub router: Router,
}

impl Stand {
    /// Over a record, which a provider may have to know the keys of beforehand.
    pub async fn over(core: Core, providers: Vec<Provider>) -> Stand {
        let mut config = Config { access_log: false, providers, ..Config::default() };
        config.limits.outgoing_time = std::time::Duration::from_secs(5);
        let router = house::router(&core, &config);
        let stand = Stand { core, router };
        for text in PEOPLE {
            stand.put(text).await;
        }
        stand.role("nina-home", "nina", "nurse", "home").await;
        stand.role("olga-home", "olga", "nurse", "home").await;
        stand
    }

    pub async fn put(&self, text: &str) {
        house::put(&self.core, text).await;
    }

    pub async fn role(&self, id: &str, who: &str, duty: &str, unit: &str) {
        house::role(&self.core, id, who, duty, unit).await;
    }
}

/// A provider as an operator would set it up.
pub fn provider(name: &str, dialect: Dialect, issuer: &str) -> Provider {
    Provider { issuer: issuer.to_string(), client_id: "akson".to_string(), ..Provider::of(name, dialect) }
}
