//! The texts of the page that tells why.

use akson_core::{RelationKind, Says};

use crate::http::language::words;

words! {
    TITLE: "Hvorfor ser noen en journal?", "Kvifor ser nokon ein journal?", "Why does somebody see a record?";
    LEAD: "Svaret kommer fra de samme reglene som avgjør hvert oppslag. Spørsmålet blir loggført hos pasienten.", "Svaret kjem frå dei same reglane som avgjer kvart oppslag. Spørsmålet blir loggført hos pasienten.", "The answer comes from the same rules that decide on every request. The question is logged with the patient.";
    PERSON: "Hvem (bruker, eller id-en til Practitioner eller Patient)", "Kven (brukar, eller id-en til Practitioner eller Patient)", "Who (an account, or the id of a Practitioner or Patient)";
    PATIENT: "Pasient (id)", "Pasient (id)", "Patient (id)";
    TYPE: "Del av journalen", "Del av journalen", "Part of the record";
    ASK: "Vis", "Vis", "Show";
    NONE: "Fant ikke pasienten eller brukeren", "Fann ikkje pasienten eller brukaren", "The patient or the account was not found";
    NONE_LEAD: "Bare personer med bruker kan vises, og bare pasienter i egen kommune.", "Berre personar med brukar kan visast, og berre pasientar i eigen kommune.", "Only people with an account can be shown, and only patients of one's own municipality.";
    SEVERAL: "Flere brukere er for denne personen; skriv navnet på brukeren.", "Fleire brukarar er for denne personen; skriv namnet på brukaren.", "Several accounts are for this person; write the name of the account.";
    SEES: "Har tilgang", "Har tilgang", "Has access";
    SEES_NOT: "Har ikke tilgang", "Har ikkje tilgang", "Has no access";
    NO_ROLE: "Ingen rolle nå", "Inga rolle no", "No role now";
    RULE: "Regel", "Regel", "Rule";
    MEANS: "Sier", "Seier", "Says";
    DENIES: "Nekter", "Nektar", "Denies";
    ALLOWS: "Gir tilgang til denne pasienten", "Gir tilgang til denne pasienten", "Allows this patient";
    ALLOWS_OTHERS: "Gir tilgang til andre, ikke til denne pasienten", "Gir tilgang til andre, ikkje til denne pasienten", "Allows others, not this patient";
    WITHIN: "Pasienten er innenfor grensen", "Pasienten er innanfor grensa", "The patient is within the limit";
    NOT_WITHIN: "Pasienten er utenfor grensen", "Pasienten er utanfor grensa", "The patient is outside the limit";
    TAKES_AWAY: "Tar bort tilgangen til denne pasienten", "Tek bort tilgangen til denne pasienten", "Takes this patient away";
    TAKES_SOME: "Tar ikke bort pasienten; enkelte opplysninger kan være skjult", "Tek ikkje bort pasienten; enkelte opplysningar kan vere skjulte", "Takes nothing of the patient itself away; single items may be hidden";
    RESTS: "Bygger på", "Byggjer på", "Rests on";
}

/// What a rule is called.
pub fn rule(name: &str) -> [&'static str; 3] {
    match name {
        "operator" => ["operatør", "operatør", "operator"],
        "machine" => ["maskin", "maskin", "machine"],
        "open to all" => ["åpent for alle", "ope for alle", "open to all"],
        "role" => ["rolle", "rolle", "role"],
        "care relation" => ["behandlingsrelasjon", "behandlingsrelasjon", "care relation"],
        "declared ground" => ["oppgitt grunnlag", "oppgitt grunnlag", "declared ground"],
        "emergency opening" => ["nødåpning", "naudopning", "emergency opening"],
        "block" => ["pasientens sperre", "sperra til pasienten", "the patient's block"],
        "sensitive category" => ["sensitiv kategori", "sensitiv kategori", "sensitive category"],
        "oversight" => ["kontroll med innsyn", "kontroll med innsyn", "oversight"],
        "controller" => ["ansvarlig kommune", "ansvarleg kommune", "responsible municipality"],
        "own record" => ["egen journal", "eigen journal", "own record"],
        "parent" => ["forelder", "forelder", "parent"],
        "guardian or proxy" => ["verge eller fullmakt", "verje eller fullmakt", "guardian or proxy"],
        "withheld" => ["holdt tilbake", "halde tilbake", "withheld"],
        "confidential address" => ["fortrolig adresse", "fortruleg adresse", "confidential address"],
        "app" => ["app", "app", "app"],
        "limit" => ["grense", "grense", "limit"],
        _ => ["system", "system", "system"],
    }
}

/// What a rule says; what comes after it, if anything.
pub fn says(says: &Says) -> ([&'static str; 3], Option<&'static str>) {
    match says {
        Says::Denies(reason) => (DENIES, Some(reason)),
        Says::Allows => (ALLOWS, None),
        Says::AllowsOthers => (ALLOWS_OTHERS, None),
        Says::Within => (WITHIN, None),
        Says::NotWithin => (NOT_WITHIN, None),
        Says::TakesAway => (TAKES_AWAY, None),
        Says::TakesSome => (TAKES_SOME, None),
        Says::Rests(..) => (RESTS, None),
    }
}

/// What a relation rests on.
pub fn relation(kind: RelationKind) -> [&'static str; 3] {
    match kind {
        RelationKind::List => ["fastlegeliste", "fastlegeliste", "a doctor's list"],
        RelationKind::Visit => ["timeavtale den dagen", "timeavtale den dagen", "an appointment on that day"],
        RelationKind::Stay => ["besøk eller opphold", "besøk eller opphald", "a visit or stay"],
        RelationKind::Episode => ["behandlingsforløp", "behandlingsforløp", "an episode of care"],
        RelationKind::Team => ["team", "team", "a care team"],
        RelationKind::Decision => ["vedtak eller henvisning", "vedtak eller tilvising", "a decision or referral"],
        RelationKind::Task => ["åpen oppgave", "open oppgåve", "an open task"],
        RelationKind::Message => ["åpen meldingstråd", "open meldingstråd", "an open message thread"],
        RelationKind::Member => ["registrert gruppe", "registrert gruppe", "a registered group"],
    }
}
