//! What things are called on pages: purposes, notices, channels, choices and the like, in the
//! reader's language.

use web::{Look, has_key};

use crate::{
    Catalogue, Choice, IdentifierKind, LegalBasis, Regime, decide::Reason, purpose::text_in,
    record::Origin,
};

/// A purpose's name; its key when it has none.
pub(super) fn purpose(look: &Look, catalogue: &Catalogue, key: &str) -> String {
    let name =
        catalogue.purpose(key).map_or("", |purpose| text_in(&purpose.body.name, look.lang.tag()));
    if name.is_empty() { key.to_owned() } else { name.to_owned() }
}

/// A notice's title with its version, of `newsletter@3`; in words when there was none.
pub(super) fn notice(look: &Look, catalogue: &Catalogue, name: &str) -> String {
    if name.is_empty() {
        return look.t("consents-notice-none");
    }
    let Some((_, version)) = name.split_once('@') else { return name.to_owned() };
    let Ok(found) = catalogue.notice(name) else { return name.to_owned() };
    let title = text_in(&found.published.body.title, look.lang.tag());
    let title = if title.is_empty() { found.notice.as_str() } else { title };
    look.t2("consents-notice-version", "title", title, "version", version)
}

/// A channel: companies name their own, so an unknown one stands as it is.
pub(crate) fn channel(look: &Look, key: &str) -> String {
    if key.is_empty() {
        return look.t("consents-channel-none");
    }
    let named = format!("consents-channel-{key}");
    if has_key(look.lang, &named) { look.t(&named) } else { key.to_owned() }
}

/// Who said so.
pub(super) fn origin(look: &Look, origin: Origin) -> String {
    look.t(&format!("consents-origin-{}", dashes(origin.as_str())))
}

/// The same, of the stored name.
pub(crate) fn origin_of(look: &Look, name: &str) -> String {
    Origin::parse(name).map_or_else(|| name.to_owned(), |known| origin(look, known))
}

/// A choice in one word.
pub(super) fn choice(look: &Look, choice: Choice) -> String {
    look.t(&format!("consents-choice-{}", choice.as_str()))
}

/// The badge of a choice.
pub(super) fn choice_kind(choice: Choice) -> &'static str {
    match choice {
        Choice::Granted => "ok",
        Choice::Denied => "none",
        Choice::Withdrawn => "warn",
        Choice::Pending => "info",
    }
}

/// A legal basis.
pub(crate) fn basis(look: &Look, basis: LegalBasis) -> String {
    look.t(&format!("consents-basis-{}", dashes(basis.as_str())))
}

/// A regime.
pub(crate) fn regime(look: &Look, regime: Regime) -> String {
    look.t(&format!("consents-regime-{}", regime.as_str()))
}

/// A kind of identifier.
pub(super) fn identifier(look: &Look, kind: IdentifierKind) -> String {
    look.t(&format!("consents-identifier-{}", dashes(kind.as_str())))
}

/// Text keys have dashes where names in the API have underscores.
pub(super) fn dashes(name: &str) -> String {
    name.replace('_', "-")
}

/// Which rule decided, in words.
pub(super) fn reason(look: &Look, reason: Reason) -> String {
    look.t(&format!("consents-reason-{}", dashes(reason.as_str())))
}
