//! The faces of a server in this process, and resources for its record.

use akson::config::Config;
use akson::rest::serve::House;
use akson_core::{Caller, Core, Expected};
use akson_fhir::resource::Resource;
use axum::Router;

/// The API and the pages over a record.
pub fn router(core: &Core, config: &Config) -> Router {
    let house = House::new(core.clone(), config.clone()).unwrap();
    let faces =
        akson::rest::serve::router(&house).merge(akson::web::serve::router(core.clone(), config.clone()).unwrap());
    akson::web::serve::dressed(faces, core, config).unwrap()
}

/// Puts a resource there.
pub async fn put(core: &Core, text: &str) {
    let caller = Caller::job("test", core.now());
    let resource = Resource::parse_json(text.as_bytes()).unwrap();
    core.record(caller).update(resource, Expected::Any).await.unwrap();
}

/// Gives somebody a role in a unit.
pub async fn role(core: &Core, id: &str, who: &str, duty: &str, unit: &str) {
    let role = format!(
        r#"{{"resourceType":"PractitionerRole","id":"{id}","practitioner":{{"reference":"Practitioner/{who}"}},
        "organization":{{"reference":"Organization/{unit}"}},"code":[{{"coding":[{{"system":"urn:akson:duty","code":"{duty}"}}]}}]}}"#
    );
    put(core, &role).await;
}
