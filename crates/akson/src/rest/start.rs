//! The start page, the state of the process and its figures.
//!
//! The page says what this is and links into the API; it shows nothing of the record.

use super::answer::{Content, Reply};
use super::ask::Ask;
use super::error::Refusal;

/// `GET /health`: 200 if the record answers.
pub async fn health(ask: Ask) -> Result<Reply, Refusal> {
    let health = ask.house.core.health();
    let text = format!(
        "{{\"status\":\"{}\",\"version\":\"{}\",\"writable\":{},\"durability\":\"{}\"}}\n",
        if health.sound { "up" } else { "down" },
        env!("CARGO_PKG_VERSION"),
        health.writable,
        health.durability,
    );
    let status = if health.sound { 200 } else { 503 };
    Ok(raw(status, "application/json", text))
}

/// `GET /metrics`.
pub async fn metrics(ask: Ask) -> Result<Reply, Refusal> {
    let text = ask.house.metrics.print();
    Ok(raw(200, "text/plain; version=0.0.4; charset=utf-8", text))
}

/// `GET /`.
pub async fn page(ask: Ask) -> Result<Reply, Refusal> {
    let page = include_str!("start.html").replace("{version}", env!("CARGO_PKG_VERSION"));
    let _ = ask;
    Ok(raw(200, "text/html; charset=utf-8", page))
}

fn raw(status: u16, media: &'static str, text: String) -> Reply {
    Reply { status, content: Content::Raw(media, text.into()), ..Reply::default() }
}
