//! The machine's limit for `cargo xtask bench`: a handler that answers one small FHIR resource and does nothing else.

use axum::Router;
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;
use axum::routing::get;

async fn answer() -> impl IntoResponse {
    let body = r#"{"resourceType":"Observation","id":"empty","status":"final","code":{"text":"nothing"}}"#;
    ([(CONTENT_TYPE, "application/fhir+json")], body)
}

#[tokio::main]
async fn main() -> std::io::Result<()> {
    let address = std::env::args().nth(1).unwrap_or_else(|| "127.0.0.1:8081".to_owned());
    let listener = tokio::net::TcpListener::bind(address).await?;
    let routes = Router::new().route("/", get(answer)).route("/x", get(answer));
    axum::serve(listener, routes).await
}
