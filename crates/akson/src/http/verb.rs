//! The verbs of routes: from a name in a table of routes to what the router asks for.

use axum::routing::MethodFilter;

/// The filter of a verb; what is not named here is GET.
pub fn filter(method: &str) -> MethodFilter {
    match method {
        "POST" => MethodFilter::POST,
        "PUT" => MethodFilter::PUT,
        "PATCH" => MethodFilter::PATCH,
        "DELETE" => MethodFilter::DELETE,
        _ => MethodFilter::GET,
    }
}
