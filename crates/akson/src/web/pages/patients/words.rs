//! The texts of the patients' page.

use crate::http::language::words;

words! {
    TITLE: "Pasienter", "Pasientar", "Patients";
    LABEL: "Søk etter pasient", "Søk etter pasient", "Search for a patient";
    HINT: "Navn, fødselsdato, fødselsnummer, telefon eller adresse", "Namn, fødselsdato, fødselsnummer, telefon eller adresse", "Name, birth date, identity number, telephone or address";
    FIND: "Søk", "Søk", "Search";
    MINE: "Pasienter du har tilgang til", "Pasientar du har tilgang til", "Patients you have access to";
    FOUND: "Treff på «{}»", "Treff på «{}»", "Matches for «{}»";
    NAME: "Navn", "Namn", "Name";
    BORN: "Født", "Fødd", "Born";
    ADDRESS: "Adresse", "Adresse", "Address";
    ACCESS: "Tilgang", "Tilgang", "Access";
    RELATION: "Relasjon", "Relasjon", "Relation";
    HIDDEN: "Adressen er fortrolig", "Adressa er fortruleg", "The address is confidential";
    NO_ADDRESS: "Ikke registrert", "Ikkje registrert", "Not recorded";
    DEAD: "Død", "Død", "Deceased";
    NONE: "Ingen treff på «{}»", "Ingen treff på «{}»", "No match for «{}»";
    OPEN: "Åpne journalen til noen uten kjent relasjon", "Opne journalen til nokon utan kjend relasjon", "Open the record of somebody without a known relation";
    NONE_LEAD: "Søket finner bare pasienter du eller enheten din har en relasjon til. Sjekk skrivemåten, eller søk på fødselsdato.", "Søket finn berre pasientar du eller eininga di har ein relasjon til. Sjekk skrivemåten, eller søk på fødselsdato.", "The search finds only patients that you or your unit have a relation to. Check the spelling, or search by birth date.";
    NOBODY: "Ingen pasienter ennå", "Ingen pasientar enno", "No patients yet";
    NOBODY_LEAD: "Her står pasientene du eller enheten din har en relasjon til: et besøk, et opphold, et vedtak, en liste eller en oppgave.", "Her står pasientane du eller eininga di har ein relasjon til: eit besøk, eit opphald, eit vedtak, ei liste eller ei oppgåve.", "Here are the patients that you or your unit have a relation to: a visit, a stay, a decision, a list or a task.";
    MORE: "Det er flere enn de som vises. Skriv mer for å finne den rette.", "Det er fleire enn dei som er viste. Skriv meir for å finne den rette.", "There are more than are shown. Write more to find the right one.";
    REFUSED: "Rollen din ser ingen pasienter", "Rolla di ser ingen pasientar", "Your role sees no patients";
    REFUSED_LEAD: "Dette er ikke en feil. Bytt rolle hvis du også arbeider med pasienter.", "Dette er ikkje ein feil. Byt rolle om du også arbeider med pasientar.", "This is not a fault. Change your role if you also work with patients.";
    ALL_OF_THEM: "Vis alle treff", "Vis alle treff", "Show all matches";
}
