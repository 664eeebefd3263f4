//! The texts of the log's pages.

use crate::http::language::words;

words! {
    TITLE: "Hvem har sett journalen min", "Kven har sett journalen min", "Who has seen my record";
    TITLE_OF: "Hvem har sett journalen", "Kven har sett journalen", "Who has seen the record";
    LEAD: "Her står alle som har sett eller skrevet i journalen. Loggen kan ikke endres. Siste oppslag kommer med en gang.", "Her står alle som har sett eller skrive i journalen. Loggen kan ikkje endrast. Siste oppslag kjem med ein gong.", "Here is everybody who has seen or written in the record. The log cannot be changed. What happened last is here at once.";
    FROM: "Fra og med", "Frå og med", "From";
    TO: "Til og med", "Til og med", "Until";
    SHOW: "Vis", "Vis", "Show";
    WRONG_DATE: "Datoene kunne ikke leses. Her er de siste 30 dagene.", "Datoane kunne ikkje lesast. Her er dei siste 30 dagane.", "The dates could not be read. Here are the last 30 days.";
    TOO_MUCH: "Det er flere hendelser enn som kan vises på en gang. Velg en kortere tid.", "Det er fleire hendingar enn som kan visast på ein gong. Vel ei kortare tid.", "There are more entries than can be shown at once. Choose a shorter time.";
    EMPTY: "Ingen har åpnet journalen i denne tiden", "Ingen har opna journalen i denne tida", "Nobody has opened the record in this time";
    EMPTY_LEAD: "Velg en lengre tid for å se tidligere oppslag.", "Vel ei lengre tid for å sjå tidlegare oppslag.", "Choose a longer time to see earlier entries.";
    TIME: "Tid", "Tid", "Time";
    WHO: "Hvem", "Kven", "Who";
    WHAT: "Hva", "Kva", "What";
    GROUND: "Grunn", "Grunn", "Ground";
    MORE: "Mer", "Meir", "More";
    TIMES: "oppslag", "oppslag", "entries";
    CHANGED: "skrev i journalen", "skreiv i journalen", "wrote in the record";
    NOTHING: "ikke noe i journalen selv", "ikkje noko i sjølve journalen", "nothing in the record itself";
    EMERGENCY: "Åpnet i nødssituasjon", "Opna i naudsituasjon", "Opened in an emergency";
    DECLARED: "Åpnet på oppgitt grunnlag", "Opna på oppgitt grunnlag", "Opened on a declared ground";
    APP: "gjennom", "gjennom", "through";
    UNKNOWN: "Jeg kjenner ikke igjen dette", "Eg kjenner ikkje igjen dette", "I do not recognise this";
    DISPUTE: "Meld fra om et oppslag", "Meld frå om eit oppslag", "Report an entry";
    DISPUTE_LEAD: "Personvernombudet i kommunen får saken og må svare deg innen 30 dager. Den det gjelder, ser ikke saken.", "Personvernombodet i kommunen får saka og må svare deg innan 30 dagar. Den det gjeld, ser ikkje saka.", "The municipality's privacy officer gets the case and has to answer within 30 days. Whoever it is about does not see it.";
    WORDS: "Vil du si noe mer?", "Vil du seie noko meir?", "Do you want to say more?";
    WORDS_HINT: "Du trenger ikke skrive noe. Høyst 2000 tegn.", "Du treng ikkje skrive noko. Høgst 2000 teikn.", "You need not write anything. At most 2000 characters.";
    SEND: "Send til personvernombudet", "Send til personvernombodet", "Send to the privacy officer";
    CANCEL: "Avbryt", "Avbryt", "Cancel";
    SENT: "Saken er sendt til personvernombudet.", "Saka er send til personvernombodet.", "The case was sent to the privacy officer.";
    CASES: "Sakene dine", "Sakene dine", "Your cases";
    CASE_OPEN: "Venter på svar", "Ventar på svar", "Waits for an answer";
    CASE_DONE: "Besvart", "Svara på", "Answered";
    DEADLINE: "svarfrist", "svarfrist", "to be answered by";
    SENT_AT: "Sendt", "Send", "Sent";
    ANSWER: "Svar", "Svar", "Answer";
    KIND_STAFF: "ansatt", "tilsett", "staff";
    KIND_CITIZEN: "innbygger", "innbyggjar", "inhabitant";
    KIND_SYSTEM: "datasystem", "datasystem", "system";
    KIND_SERVER: "journalsystemet selv", "journalsystemet sjølv", "the record system itself";
}

/// The purpose of a look, in words.
pub fn purpose(code: &str) -> [&'static str; 3] {
    match code {
        "TREAT" => ["helsehjelp", "helsehjelp", "health care"],
        "BTG" => ["nødrett", "naudrett", "emergency"],
        "COC" => ["samordning av tjenester", "samordning av tenester", "coordination of services"],
        "HOPERAT" => ["ledelse og drift", "leiing og drift", "management"],
        "HCOMPL" => ["kontroll og personvern", "kontroll og personvern", "oversight and privacy"],
        "HSYSADMIN" => ["drift av systemet", "drift av systemet", "running the system"],
        "PATRQT" => ["eget innsyn", "eige innsyn", "own access"],
        "FAMRQT" => ["innsyn som forelder", "innsyn som forelder", "access as a parent"],
        "PWATRNY" => ["innsyn på vegne av", "innsyn på vegner av", "access on behalf of"],
        _ => ["ikke oppgitt", "ikkje oppgitt", "not said"],
    }
}
