//! Why a sign-in through a provider fails. Texts are for the log: they hold nothing that the provider said of anybody.

/// Why it fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// What the provider publishes about itself can't be used.
    #[error("the provider's metadata: {0}")]
    Metadata(&'static str),
    /// The browser came back with something that was not asked for.
    #[error("the way back: {0}")]
    Back(&'static str),
    /// The provider said that the person was not signed in.
    #[error("the provider said no")]
    Refused,
    /// The provider did not answer, or not as it should.
    #[error("the provider: {0}")]
    Provider(&'static str),
    /// The ID token is not believed.
    #[error("the ID token: {0}")]
    IdToken(&'static str),
    /// It is signed with a key that is not known; the keys may be read again.
    #[error("the ID token: its key is not among the provider's")]
    UnknownKey,
    /// How sure the provider is, is too little here.
    #[error("the level of assurance is too low")]
    Level,
}

impl Fault {
    /// A word for the log of who did what.
    pub fn word(self) -> &'static str {
        match self {
            Fault::Metadata(_) => "metadata",
            Fault::Back(_) => "back",
            Fault::Refused => "refused",
            Fault::Provider(_) => "provider",
            Fault::IdToken(_) => "id-token",
            Fault::UnknownKey => "unknown-key",
            Fault::Level => "level",
        }
    }
}
