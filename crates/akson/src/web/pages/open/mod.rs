//! K9, opening a record without a care relation or behind a block: who it is, why, for how long, and ending it.
//!
//! An interruption, not a dialogue on top of something: one question, one button. Whom to open is found by a whole identity
//! number that stands in no address. What it does not do: decide who may open; the door does.

pub mod view;
pub mod words;

use akson_core::sight::OpeningKind;
use akson_core::{Error, Reason, ToOpen};
use axum::body::Body;
use axum::http::{Response, StatusCode};

use self::view::{Find, Open, View};
use self::words as w;
use crate::web::ask::{Ask, go};
use crate::web::error::Trouble;
use crate::web::shell::{show, show_with};
use crate::web::when;

/// Characters of a reason at least, so that one that is read later says something.
const REASON_MIN: usize = 10;
/// And at most.
const REASON_MAX: usize = 1000;

/// Why a record is opened: the code in the log, the words, and on which ground that is.
const WHYS: &[(&str, [&str; 3], OpeningKind)] = &[
    ("HPAKUTT", w::EMERGENCY, OpeningKind::Emergency),
    ("HENV_PAS", w::PATIENT, OpeningKind::Declared),
    ("HENV_PAA", w::RELATIVE, OpeningKind::Declared),
    ("HENV_BEH", w::COLLEAGUE, OpeningKind::Declared),
    ("MELDT", w::ANNOUNCED, OpeningKind::Declared),
];

/// `GET /open`: whom?
pub async fn find_page(ask: Ask) -> Result<Response<Body>, Trouble> {
    opens(&ask)?;
    Ok(show(Find { nobody: false }.shown(&ask.shell())))
}

/// `POST /open`: the person with this number.
pub async fn find(ask: Ask) -> Result<Response<Body>, Trouble> {
    let number: String = ask.get("number").chars().filter(|c| !c.is_whitespace()).collect();
    match ask.record()?.find_to_open(&number).await {
        Ok(id) => Ok(go(&format!("/patients/{id}/open"))),
        Err(Error::NotFound) => Ok(show_with(StatusCode::NOT_FOUND, Find { nobody: true }.shown(&ask.shell()))),
        Err(error) => Err(error.into()),
    }
}

/// Who opens nothing is told so before anything is asked.
fn opens(ask: &Ask) -> Result<(), Trouble> {
    let caller = ask.caller.as_ref().ok_or(Trouble::SignIn)?;
    akson_core::access::may_open(caller).then_some(()).ok_or(Trouble::NotYours)
}

/// `GET /patients/{id}/open`.
pub async fn page(ask: Ask) -> Result<Response<Body>, Trouble> {
    let whom = ask.record()?.to_open(ask.part(2)).await?;
    Ok(show(view(&ask, &whom, Vec::new()).shown(&ask.shell())))
}

/// `POST /patients/{id}/open`.
pub async fn open(ask: Ask) -> Result<Response<Body>, Trouble> {
    let (record, id) = (ask.record()?, ask.part(2));
    let why = WHYS.iter().find(|(code, ..)| *code == ask.get("why"));
    let text = ask.get("text").trim().to_string();
    let enough = (REASON_MIN..=REASON_MAX).contains(&text.chars().count());
    let (Some((code, _, kind)), true) = (why, enough) else {
        let mut wrong = Vec::new();
        wrong.extend(why.is_none().then_some(("#why-0", w::NO_WHY)));
        wrong.extend((!enough).then_some(("#text", w::NO_TEXT)));
        let whom = record.to_open(id).await?;
        let page = view(&ask, &whom, wrong).shown(&ask.shell());
        return Ok(show_with(StatusCode::UNPROCESSABLE_ENTITY, page));
    };
    record.open(id, *kind, Reason { code: (*code).to_string(), text }).await?;
    Ok(go(&format!("/patients/{id}/open")))
}

/// `POST /patients/{id}/open/end`.
pub async fn end(ask: Ask) -> Result<Response<Body>, Trouble> {
    let (record, id) = (ask.record()?, ask.part(2));
    for opening in record.opened(id).await? {
        match record.end_opening(&opening.id).await {
            // It has ended by itself in the meantime.
            Ok(()) | Err(Error::Conflict(_)) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(go(&format!("/patients/{id}/open?ended=1")))
}

fn view(ask: &Ask, whom: &ToOpen, wrong: Vec<(&'static str, [&'static str; 3])>) -> View {
    let open = whom.open.first().map(|opening| Open {
        until: when::clock(opening.wish.until),
        left: left(opening.wish.until - ask.moment, ask),
        emergency: opening.wish.kind == OpeningKind::Emergency,
        reason: opening.wish.reason.clone(),
    });
    View {
        id: whom.id.clone(),
        name: whom.name.clone(),
        born: when::day(&whom.born),
        sees: whom.sees,
        open,
        ended: ask.get("ended") == "1",
        why: ask.get("why").to_string(),
        text: ask.get("text").to_string(),
        wrong,
    }
}

/// How long, in hours and minutes; a minute that has begun counts.
fn left(time: i64, ask: &Ask) -> String {
    let minutes = (time.max(0) + 59_999_999) / 60_000_000;
    let hour = ask.say(["t", "t", "h"]);
    match minutes / 60 {
        0 => format!("{minutes} min"),
        hours => format!("{hours} {hour} {} min", minutes % 60),
    }
}
