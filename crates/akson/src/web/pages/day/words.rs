//! The texts of the page of one's day.

use crate::http::language::words;

words! {
    TITLE: "Min dag", "Min dag", "My day";
    ALARMS: "Trenger vurdering nå", "Treng vurdering no", "Needs assessment now";
    NO_ALARMS: "Ingen NEWS2 på 5 eller mer siste døgn", "Ingen NEWS2 på 5 eller meir siste døgn", "No NEWS2 of 5 or more in the last day";
    VISITS: "Besøk og avtaler i dag", "Besøk og avtalar i dag", "Visits and appointments today";
    NO_VISITS: "Ingen besøk eller avtaler i dag", "Ingen besøk eller avtalar i dag", "No visits or appointments today";
    LEFT: "{} gjenstår", "{} står att", "{} left";
    TASKS: "Oppgaver", "Oppgåver", "Tasks";
    NO_TASKS: "Ingen åpne oppgaver", "Ingen opne oppgåver", "No open tasks";
    UNIT: "enheten", "eininga", "the unit";
    MINE: "din", "din", "yours";
    OVERDUE: "forfalt", "forfalt", "overdue";
    DONE: "utført", "utført", "done";
    MORE: "Det er flere enn de som vises.", "Det er fleire enn dei som er viste.", "There are more than are shown.";
    PATIENTS: "Alle pasienter", "Alle pasientar", "All patients";
    OPENS: "Åpne en annen journal med grunn", "Opne ein annan journal med grunn", "Open another record with a reason";
    NO_NAME: "Pasient du ikke har tilgang til", "Pasient du ikkje har tilgang til", "A patient you have no access to";
}
