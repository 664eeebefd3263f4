//! What a user is told when nothing can be sent to the app: the app or its address is not known.

use akson_core::identity::Refused;
use axum::body::Body;
use axum::http::{HeaderValue, Response, StatusCode, header};
use maud::{DOCTYPE, html};

use super::ask::Ask;

/// A page that says what is wrong with the app's request.
pub fn told(_ask: &Ask, refused: &Refused) -> Response<Body> {
    let page = html! {
        (DOCTYPE)
        html lang="nb" {
            head { meta charset="utf-8"; title { "Appen kan ikke åpnes – Akson" } }
            body {
                main {
                    h1 { "Appen kan ikke åpnes" }
                    p { "Akson kjenner ikke igjen appen eller adressen den vil ha svaret på. Ingenting er delt." }
                    p { "Til den som lager appen: " code { (refused.code.word()) } " – " span lang="en" { (refused.text) } }
                }
            }
        }
    };
    let mut response = Response::new(Body::from(page.into_string()));
    *response.status_mut() = StatusCode::BAD_REQUEST;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'"),
    );
    response
}
