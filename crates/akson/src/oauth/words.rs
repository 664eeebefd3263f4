//! The words of these pages in three languages, and scopes in plain words.

use akson_core::identity::scopes::{Level, ResourceScope, Rights, Scope};

use crate::http::language::Language;

macro_rules! words {
    ($($name:ident: $nb:literal, $nn:literal, $en:literal;)*) => {
        $(
            #[doc = $en]
            pub const $name: [&str; 3] = [$nb, $nn, $en];
        )*
    };
}

words! {
    NOT_OPENED: "Appen kan ikke åpnes", "Appen kan ikkje opnast", "The app can't be opened";
    NOT_OPENED_LEAD: "Forespørselen fra appen er for gammel, er besvart, eller er ikke slik Akson kjenner appen. Ingenting er delt. Start appen på nytt.", "Førespurnaden frå appen er for gammal, er svart på, eller er ikkje slik Akson kjenner appen. Ingenting er delt. Start appen på nytt.", "The app's request is too old, was answered, or is not as Akson knows the app. Nothing was shared. Start the app again.";
    FOR_MAKERS: "Til den som lager appen:", "Til den som lagar appen:", "For those who make the app:";
    OPERATOR: "Operatør", "Operatør", "Operator";
    CONSENT: "Gi appen tilgang?", "Gi appen tilgang?", "Give the app access?";
    ASKS: "ber om å få:", "ber om å få:", "asks to:";
    LIMITS: "Appen får aldri se mer enn du selv kan se. Du kan avslutte tilgangen når du vil, under «Apper med tilgang».", "Appen får aldri sjå meir enn du sjølv kan sjå. Du kan avslutte tilgangen når du vil, under «Appar med tilgang».", "The app never sees more than you can see yourself. You can end the access whenever you like, under “Apps with access”.";
    GOES_TO: "Svaret sendes til", "Svaret blir sendt til", "The answer goes to";
    YES: "Gi tilgang", "Gi tilgang", "Give access";
    NO: "Nei, avbryt", "Nei, avbryt", "No, stop";
    WHICH: "Hvilken pasient gjelder det?", "Kva pasient gjeld det?", "Which patient is it about?";
    NAME: "Søk etter navn", "Søk etter namn", "Search by name";
    FIND: "Søk", "Søk", "Search";
    NOBODY: "Ingen med dette navnet som du har tilgang til.", "Ingen med dette namnet som du har tilgang til.", "Nobody of this name whom you may see.";
    BORN: "født", "fødd", "born";
    APPS: "Apper", "Appar", "Apps";
    APPS_LEAD: "Start en app for en pasient. Appen får bare det du godkjenner.", "Start ein app for ein pasient. Appen får berre det du godkjenner.", "Start an app for a patient. The app gets only what you approve.";
    NO_APPS: "Det er ikke lagt inn noen apper som kan startes herfra.", "Det er ikkje lagt inn nokon appar som kan startast herifrå.", "No apps that can be started from here are registered.";
    START: "Start", "Start", "Start";
    HELD: "Apper med tilgang", "Appar med tilgang", "Apps with access";
    HELD_LEAD: "Appene her har du gitt tilgang. De ser aldri mer enn du selv kan se. Avslutter du tilgangen, slutter den å gjelde med en gang.", "Appane her har du gitt tilgang. Dei ser aldri meir enn du sjølv kan sjå. Avsluttar du tilgangen, sluttar han å gjelde med ein gong.", "You have given these apps access. They never see more than you can see yourself. If you end the access, it ends at once.";
    NONE_HELD: "Ingen apper har tilgang nå.", "Ingen appar har tilgang no.", "No apps have access now.";
    ENDED: "Tilgangen er avsluttet. Appen får ikke hente mer.", "Tilgangen er avslutta. Appen får ikkje hente meir.", "The access has ended. The app can fetch nothing more.";
    MAY: "Appen kan:", "Appen kan:", "The app can:";
    SINCE: "Har hatt tilgang siden", "Har hatt tilgang sidan", "Has had access since";
    USED: "Sist brukt", "Sist brukt", "Last used";
    NEVER: "Aldri", "Aldri", "Never";
    UNTIL: "Varer til", "Varer til", "Lasts until";
    END: "Avslutt tilgangen", "Avslutt tilgangen", "End the access";
    WHO_YOU_ARE: "vite hvem du er", "vite kven du er", "know who you are";
    OFFLINE: "hente opplysninger også når du ikke er logget inn, til du trekker tilgangen tilbake", "hente opplysningar også når du ikkje er logga inn, til du trekkjer tilgangen tilbake", "fetch data also when you are not signed in, until you take the access back";
    ONLINE: "hente opplysninger så lenge du er logget inn", "hente opplysningar så lenge du er logga inn", "fetch data as long as you are signed in";
    CONTEXT: "vite hvilken pasient det gjelder", "vite kva pasient det gjeld", "know which patient it is about";
    READ: "se", "sjå", "see";
    CREATE: "legge til", "leggje til", "add";
    UPDATE: "endre", "endre", "change";
    DELETE: "slette", "slette", "delete";
    AND: "og", "og", "and";
    OF_PATIENT: "for den ene pasienten", "for den eine pasienten", "of the one patient";
    OF_USER: "for alle du har tilgang til", "for alle du har tilgang til", "of everybody you may see";
    ALL: "alle opplysninger", "alle opplysningar", "everything";
    PART: "bare noen av dem", "berre nokre av dei", "only some of them";
}

/// What is in resources of a type, in plain words.
const TYPES: &[(&str, [&str; 3])] = &[
    (
        "Patient",
        [
            "navn, adresse og andre personopplysninger",
            "namn, adresse og andre personopplysningar",
            "name, address and other personal data",
        ],
    ),
    ("Observation", ["målinger og prøvesvar", "målingar og prøvesvar", "measurements and test results"]),
    ("Condition", ["diagnoser og problemer", "diagnosar og problem", "diagnoses and problems"]),
    ("MedicationRequest", ["legemidler som er forskrevet", "legemiddel som er forskrivne", "prescribed medicines"]),
    ("MedicationStatement", ["legemidler i bruk", "legemiddel i bruk", "medicines in use"]),
    ("AllergyIntolerance", ["allergier", "allergiar", "allergies"]),
    ("Immunization", ["vaksiner", "vaksinar", "vaccines"]),
    ("Encounter", ["besøk og opphold", "besøk og opphald", "visits and stays"]),
    ("Appointment", ["timeavtaler", "timeavtalar", "appointments"]),
    ("CarePlan", ["planer", "planar", "care plans"]),
    ("DocumentReference", ["dokumenter", "dokument", "documents"]),
    ("DiagnosticReport", ["svarrapporter", "svarrapportar", "reports"]),
    ("Procedure", ["behandlinger", "behandlingar", "procedures"]),
    ("ServiceRequest", ["henvisninger og bestillinger", "tilvisingar og bestillingar", "referrals and orders"]),
    (
        "Practitioner",
        ["opplysninger om helsepersonell", "opplysningar om helsepersonell", "data about health personnel"],
    ),
];

/// What a scope lets an app do, in plain words; nothing for what the user need not weigh.
pub fn plain(scope: &Scope, language: Language) -> Option<String> {
    let say = |words: [&'static str; 3]| Some(language.pick(words).to_string());
    match scope {
        Scope::Resource(scope) => Some(of_resources(scope, language)),
        Scope::OpenId => say(WHO_YOU_ARE),
        Scope::Offline => say(OFFLINE),
        Scope::Online => say(ONLINE),
        Scope::Launch | Scope::LaunchOf("Patient") => say(CONTEXT),
        Scope::FhirUser | Scope::Profile | Scope::LaunchOf(_) => None,
    }
}

/// All that the user may, in plain words.
pub fn all(language: Language) -> String {
    let (read, all, whose) = (language.pick(READ), language.pick(ALL), language.pick(OF_USER));
    format!("{read} {} {} {all} {whose}", language.pick(AND), language.pick(UPDATE))
}

fn of_resources(scope: &ResourceScope, language: Language) -> String {
    let Rights { create, read, update, delete, search } = scope.rights;
    let held = [(read || search, READ), (create, CREATE), (update, UPDATE), (delete, DELETE)];
    let verbs: Vec<&str> = held.iter().filter(|(held, _)| *held).map(|(_, words)| language.pick(*words)).collect();
    let verbs = verbs.join(&format!(" {} ", language.pick(AND)));
    let what = match scope.type_name {
        None => language.pick(ALL).to_string(),
        Some(name) => {
            let words = TYPES.iter().find(|(known, _)| *known == name).map(|(_, words)| language.pick(*words));
            words.map_or_else(|| name.to_string(), |words| format!("{words} ({name})"))
        }
    };
    let whose = if scope.level == Level::Patient { OF_PATIENT } else { OF_USER };
    let part = if scope.query.is_empty() { String::new() } else { format!(", {}", language.pick(PART)) };
    format!("{verbs} {what} {}{part}", language.pick(whose))
}

#[cfg(test)]
mod tests {
    use super::*;
    use akson_core::identity::scopes::Scopes;

    #[test]
    fn scopes_are_said_in_plain_words() {
        for (scope, words) in [
            ("patient/Observation.rs", "se målinger og prøvesvar (Observation) for den ene pasienten"),
            (
                "user/Patient.cu",
                "legge til og endre navn, adresse og andre personopplysninger (Patient) for alle du har tilgang til",
            ),
            ("patient/*.rs", "se alle opplysninger for den ene pasienten"),
            ("patient/Basic.d", "slette Basic for den ene pasienten"),
            (
                "patient/Observation.rs?category=x",
                "se målinger og prøvesvar (Observation) for den ene pasienten, bare noen av dem",
            ),
            ("openid", "vite hvem du er"),
        ] {
            let scopes = Scopes::parse(scope);
            assert_eq!(plain(&scopes.known[0].1, Language::Nb).as_deref(), Some(words));
        }
    }
}
