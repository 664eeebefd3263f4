//! The texts of the medicines' page.

use crate::http::language::words;

words! {
    LEGEND: "Kilder: «I bruk» er hva noen har registrert at pasienten bruker. «Forskrevet» er en gyldig forskrivning. Bare leger endrer listen.", "Kjelder: «I bruk» er kva nokon har registrert at pasienten bruker. «Forskrive» er ei gyldig forskriving. Berre legar endrar lista.", "Sources: «In use» is what somebody has recorded that the patient takes. «Prescribed» is a valid prescription. Only doctors change the list.";
    REACTIONS: "Reaksjoner", "Reaksjonar", "Reactions";
    STOPPED: "Avsluttet siste 90 dager", "Avslutta siste 90 dagar", "Stopped in the last 90 days";
    NONE_STOPPED: "Ingen legemidler er avsluttet", "Ingen legemiddel er avslutta", "No medicines were stopped";
}
