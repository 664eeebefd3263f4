//! The texts of the timeline.

use crate::http::language::words;

words! {
    TITLE: "Hva har skjedd", "Kva har skjedd", "What has happened";
    KIND: "Vis", "Vis", "Show";
    ALL_KINDS: "Alt", "Alt", "Everything";
    EMPTY: "Ingenting er registrert her", "Ingenting er registrert her", "Nothing is recorded here";
    SHOW_ALL: "Vis alt", "Vis alt", "Show everything";
    OLDER: "Eldre hendelser", "Eldre hendingar", "Older events";
    NEWEST: "Til de nyeste", "Til dei nyaste", "To the newest";
    PARTLY: "Noe er ikke med: rollen din ser ikke alle slags hendelser.", "Noko er ikkje med: rolla di ser ikkje alle slags hendingar.", "Some is left out: your role does not see every kind of event.";
    FAILED_PARTLY: "Noe kunne ikke hentes. Last siden på nytt for å prøve igjen.", "Noko kunne ikkje hentast. Last sida på nytt for å prøve igjen.", "Some could not be fetched. Load the page again to retry.";
}
