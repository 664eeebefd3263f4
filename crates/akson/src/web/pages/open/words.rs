//! The texts of the pages on which a record is opened.

use crate::http::language::words;

words! {
    TITLE: "Åpne en journal", "Opne ein journal", "Open a record";
    OPENED: "Journalen er åpnet", "Journalen er opna", "The record is open";
    FIND_LEAD: "Trenger du journalen til noen du eller enheten din ikke har en relasjon til, finner du personen med hele fødselsnummeret.", "Treng du journalen til nokon du eller eininga di ikkje har ein relasjon til, finn du personen med heile fødselsnummeret.", "If you need the record of somebody whom you or your unit have no relation to, find them by the whole identity number.";
    NUMBER: "Fødselsnummer, D-nummer eller hjelpenummer", "Fødselsnummer, D-nummer eller hjelpenummer", "National identity number, D-number or help number";
    NUMBER_HINT: "11 siffer. Søket blir loggført.", "11 siffer. Søket blir loggført.", "11 digits. The search is logged.";
    FIND: "Finn person", "Finn person", "Find the person";
    NOBODY: "Fant ingen med dette nummeret", "Fann ingen med dette nummeret", "Nobody was found with this number";
    NOBODY_LEAD: "Sjekk at alle 11 sifrene er riktige. Personen kan også høre til en annen kommune.", "Sjekk at alle 11 siffera er rette. Personen kan òg høyre til ein annan kommune.", "Check that all 11 digits are right. The person may also belong to another municipality.";
    BORN: "født", "fødd", "born";
    CLOSED: "Du har ikke tilgang til denne journalen nå: det er ingen kjent relasjon, eller pasienten har sperret den.", "Du har ikkje tilgang til denne journalen no: det er ingen kjend relasjon, eller pasienten har sperra han.", "You have no access to this record now: there is no known relation, or the patient has blocked it.";
    SEEN: "Du har allerede tilgang til denne journalen. Åpne den bare hvis du i en nødsituasjon trenger det som er sperret.", "Du har alt tilgang til denne journalen. Opne han berre om du i ein naudsituasjon treng det som er sperra.", "You have access to this record already. Open it only if you need what is blocked, in an emergency.";
    RULES: "Når du åpner journalen", "Når du opnar journalen", "When you open the record";
    RULE_TOLD: "får pasienten melding med en gang, med navnet ditt og begrunnelsen,", "får pasienten melding med ein gong, med namnet ditt og grunngivinga,", "the patient is told at once, with your name and your reason,";
    RULE_REVIEW: "blir åpningen kontrollert av lederen din eller personvernombudet,", "blir opninga kontrollert av leiaren din eller personvernombodet,", "your leader or the privacy officer reviews it,";
    RULE_TIME: "er den åpen for deg i høyst 4 timer, og du kan avslutte før.", "er han open for deg i høgst 4 timar, og du kan avslutte før.", "it is open for you for 4 hours at most, and you can end it sooner.";
    WHY: "Hvorfor trenger du journalen?", "Kvifor treng du journalen?", "Why do you need the record?";
    EMERGENCY: "Nødrett – fare for liv eller helse", "Naudrett – fare for liv eller helse", "Emergency – danger to life or health";
    EMERGENCY_LEAD: "Åpner også det pasienten har sperret, men ikke det som er sperret for deg ved navn.", "Opnar òg det pasienten har sperra, men ikkje det som er sperra for deg ved namn.", "Also opens what the patient has blocked, but not what is blocked for you by name.";
    PATIENT: "Pasienten har tatt kontakt", "Pasienten har teke kontakt", "The patient has contacted us";
    RELATIVE: "Pårørende har tatt kontakt", "Pårørande har teke kontakt", "A relative has contacted us";
    COLLEAGUE: "Annet helsepersonell har bedt om hjelp", "Anna helsepersonell har bedt om hjelp", "Other health personnel have asked for help";
    ANNOUNCED: "Pasienten er meldt til oss", "Pasienten er meldt til oss", "The patient has been announced to us";
    TEXT: "Begrunnelse", "Grunngiving", "Reason in words";
    TEXT_HINT: "Minst 10 tegn. Pasienten kan lese den.", "Minst 10 teikn. Pasienten kan lese henne.", "At least 10 characters. The patient can read it.";
    SUBMIT: "Åpne journalen", "Opne journalen", "Open the record";
    CANCEL: "Avbryt", "Avbryt", "Cancel";
    WRONG: "Journalen ble ikke åpnet", "Journalen vart ikkje opna", "The record was not opened";
    NO_WHY: "Velg hvorfor du trenger journalen", "Vel kvifor du treng journalen", "Choose why you need the record";
    NO_TEXT: "Skriv en begrunnelse på 10 til 1000 tegn", "Skriv ei grunngiving på 10 til 1000 teikn", "Write a reason of 10 to 1000 characters";
    UNTIL: "Åpen til kl.", "Open til kl.", "Open until";
    LEFT: "igjen", "att", "left";
    BY_EMERGENCY: "nødrett", "naudrett", "emergency";
    BY_DECLARED: "oppgitt grunnlag", "oppgitt grunnlag", "declared ground";
    END: "Avslutt nå", "Avslutt no", "End it now";
    ENDED: "Åpningen er avsluttet.", "Opninga er avslutta.", "The opening has ended.";
    GO: "Gå til journalen", "Gå til journalen", "Go to the record";
}
