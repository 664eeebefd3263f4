//! The texts of the page for those who watch over the log.

use akson_core::PatternKind;

use crate::http::language::words;

words! {
    TITLE: "Innsyn og kontroll", "Innsyn og kontroll", "Access and oversight";
    LEAD: "Åpninger som venter på kontroll, saker fra pasienter og oppslag det er grunn til å spørre om. Alt du ser og gjør her, blir loggført.", "Opningar som ventar på kontroll, saker frå pasientar og oppslag det er grunn til å spørje om. Alt du ser og gjer her, blir loggført.", "Openings that wait for a review, cases from patients, and looks at records to ask about. All that you see and do here is logged.";
    QUEUE: "Åpninger til kontroll", "Opningar til kontroll", "Openings to review";
    QUEUE_EMPTY: "Ingen åpninger venter på kontroll", "Ingen opningar ventar på kontroll", "No openings wait for a review";
    QUEUE_LEAD: "Når noen åpner en journal uten kjent relasjon, kommer den hit. Egne åpninger kontrolleres av andre.", "Når nokon opnar ein journal utan kjend relasjon, kjem han hit. Eigne opningar blir kontrollerte av andre.", "When somebody opens a record without a known relation, it comes here. Your own openings are reviewed by others.";
    EMERGENCY: "Nødåpning", "Naudopning", "Emergency opening";
    DECLARED: "Oppgitt grunnlag", "Oppgitt grunnlag", "Declared ground";
    OVERDUE: "Ventet mer enn 7 dager", "Venta meir enn 7 dagar", "Has waited more than 7 days";
    BY: "Åpnet av", "Opna av", "Opened by";
    PATIENT: "Pasient", "Pasient", "Patient";
    TIME: "Tid", "Tid", "Time";
    REASON: "Begrunnelse", "Grunngiving", "Reason";
    SEEN: "Sett under åpningen", "Sett under opninga", "Seen under it";
    NOTHING: "ikke noe", "ikkje noko", "nothing";
    VERDICT: "Vurdering", "Vurdering", "Verdict";
    JUSTIFIED: "Begrunnet", "Grunngitt", "Justified";
    NOT_JUSTIFIED: "Ikke begrunnet", "Ikkje grunngitt", "Not justified";
    NOTE: "Merknad", "Merknad", "Note";
    NOTE_HINT: "Står i loggen. Høyst 2000 tegn.", "Står i loggen. Høgst 2000 teikn.", "Stands in the log. At most 2000 characters.";
    DONE: "Registrer kontrollen", "Registrer kontrollen", "Record the review";
    REVIEWED: "Kontrollen er registrert.", "Kontrollen er registrert.", "The review is recorded.";
    ALREADY: "Noen andre har gjort dette allerede.", "Nokon andre har gjort dette alt.", "Somebody else has done this already.";
    NO_VERDICT: "Velg om åpningen var begrunnet.", "Vel om opninga var grunngitt.", "Choose whether the opening was justified.";
    NO_ANSWER: "Skriv et svar på høyst 4000 tegn.", "Skriv eit svar på høgst 4000 teikn.", "Write an answer of at most 4000 characters.";
    ANSWERED: "Svaret er sendt til pasienten.", "Svaret er sendt til pasienten.", "The answer was sent to the patient.";
    CASES: "Saker fra pasienter", "Saker frå pasientar", "Cases from patients";
    CASES_EMPTY: "Ingen åpne saker", "Ingen opne saker", "No open cases";
    NOT_RECOGNISED: "Kjenner ikke igjen et oppslag", "Kjenner ikkje igjen eit oppslag", "Does not recognise an entry";
    DEADLINE: "Svarfrist", "Svarfrist", "To be answered by";
    LATE: "Fristen er ute", "Fristen er ute", "The deadline has passed";
    ENTRY: "Oppslaget", "Oppslaget", "The entry";
    LOG: "Se loggen for pasienten", "Sjå loggen for pasienten", "See the patient's log";
    ANSWER: "Svar til pasienten", "Svar til pasienten", "Answer to the patient";
    SEND: "Send svaret", "Send svaret", "Send the answer";
    PATTERNS: "Oppslag å spørre om", "Oppslag å spørje om", "Looks to ask about";
    PATTERNS_LEAD: "De siste 30 dagene. Et mønster er ingen anklage: det kan være gode grunner.", "Dei siste 30 dagane. Eit mønster er inga skulding: det kan vere gode grunnar.", "The last 30 days. A pattern is no accusation: there may be good reasons.";
    PATTERNS_EMPTY: "Ingen slike oppslag", "Ingen slike oppslag", "No such looks";
    PATTERNS_MUCH: "Loggen er for lang til å gås gjennom på en gang. Bruk akson audit patterns med færre dager.", "Loggen er for lang til å gåast gjennom på ein gong. Bruk akson audit patterns med færre dagar.", "The log is too long to be gone through at once. Use akson audit patterns with fewer days.";
    KIND: "Mønster", "Mønster", "Pattern";
    WHO: "Hvem", "Kven", "Who";
    COUNT: "Oppslag", "Oppslag", "Entries";
    LINES: "Vis oppslagene", "Vis oppslaga", "Show the entries";
}

/// What a pattern is called.
pub fn kind(kind: PatternKind) -> [&'static str; 3] {
    match kind {
        PatternKind::OwnRecord => ["egen journal", "eigen journal", "own record"],
        PatternKind::Colleague => ["kollega", "kollega", "colleague"],
        PatternKind::SameAddress => ["samme adresse", "same adresse", "same address"],
        PatternKind::SameSurname => ["samme etternavn", "same etternamn", "same surname"],
        PatternKind::WellKnown => ["kjent person", "kjend person", "somebody well known"],
    }
}
