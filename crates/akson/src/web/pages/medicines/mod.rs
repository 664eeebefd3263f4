//! K6, medicines in use: one list, with the source of each row. To be seen; prescribing is not here yet.

pub mod view;
pub mod words;

use akson_core::Wanted;
use axum::body::Body;
use axum::http::Response;

use self::view::View;
use crate::web::ask::Ask;
use crate::web::chart::{self, Part, medicines};
use crate::web::error::Trouble;
use crate::web::pages::overview::drugs;
use crate::web::shell::show;
use crate::web::when;

/// Days in which what was stopped is still told.
const STOPPED_DAYS: i64 = 90;

/// `GET /patients/{id}/medicines`.
pub async fn page(ask: Ask) -> Result<Response<Body>, Trouble> {
    let from = format!("ge{}", when::instant(when::midnight(ask.moment, -STOPPED_DAYS)));
    let stopped = [("status", "stopped,completed"), ("_lastUpdated", from.as_str()), ("_count", "40")];
    let wanted = vec![
        medicines::statements(),
        medicines::requests(),
        Wanted::new("MedicationStatement", &stopped),
        Wanted::new("MedicationRequest", &stopped),
    ];
    let mut opened = chart::open(&ask, wanted).await?;
    let used = drugs(&mut opened);
    let stopped = match drugs(&mut opened) {
        Part::There(rows) => rows,
        _ => Vec::new(),
    };
    let view = View { rows: used, stopped, banner: opened.banner };
    Ok(show(view.shown(&ask.shell())))
}
