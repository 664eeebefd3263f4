//! The texts of the overview of a record.

use crate::http::language::words;

words! {
    MEASURE: "Ny måling", "Ny måling", "New measurement";
    MEASURE_SHORT: "Mål", "Mål", "Measure";
    MEDICINES_SHORT: "Legemidler", "Legemiddel", "Medicines";
    TIMELINE_SHORT: "Tidslinje", "Tidslinje", "Timeline";
    ALARM: "NEWS2 {} kl. {} – {}.", "NEWS2 {} kl. {} – {}.", "NEWS2 {} at {} – {}.";
    RISK_LOW_MEDIUM: "lav til middels risiko", "låg til middels risiko", "low to medium risk";
    RISK_MEDIUM: "middels risiko", "middels risiko", "medium risk";
    RISK_HIGH: "høy risiko", "høg risiko", "high risk";
    GIVES: "{} gir {}", "{} gir {}", "{} gives {}";
    PROCEDURE_MEDIUM: "Følg lokal prosedyre: vurdering av sykepleier eller lege snarest, ny måling minst hver time.", "Følg lokal prosedyre: vurdering av sjukepleiar eller lege snarast, ny måling minst kvar time.", "Follow the local procedure: urgent assessment by a nurse or doctor, measure again at least every hour.";
    PROCEDURE_HIGH: "Følg lokal prosedyre: øyeblikkelig vurdering av lege, kontinuerlig overvåking.", "Følg lokal prosedyre: vurdering av lege med ein gong, kontinuerleg overvaking.", "Follow the local procedure: emergency assessment by a doctor, continuous monitoring.";
    MEASURE_AGAIN: "Mål på nytt", "Mål på nytt", "Measure again";
    TASKS: "Oppgaver og avtaler", "Oppgåver og avtalar", "Tasks and appointments";
    OPEN: "{} åpne", "{} opne", "{} open";
    NO_TASKS: "Ingen åpne oppgaver eller avtaler i dag", "Ingen opne oppgåver eller avtalar i dag", "No open tasks or appointments today";
    PROBLEMS: "Aktive problemer", "Aktive problem", "Active problems";
    NO_PROBLEMS: "Ingen aktive problemer er registrert", "Ingen aktive problem er registrerte", "No active problems are recorded";
    SINCE: "siden {}", "sidan {}", "since {}";
    OVERDUE: "forfalt", "forfalt", "overdue";
    ALL_DAY: "i dag", "i dag", "today";
    NUMBER: "Fødselsnummer", "Fødselsnummer", "Identity number";
    NUMBER_LEAD: "Oppslaget er loggført.", "Oppslaget er loggført.", "That you looked is logged.";
    NO_NUMBER: "Ikke registrert", "Ikkje registrert", "Not recorded";
    BACK: "Tilbake til journalen", "Tilbake til journalen", "Back to the record";
}
