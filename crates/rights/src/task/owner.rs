//! Whose a task is: the member of staff whom the data map names as owner of the source's system, by
//! name or address; else whoever works on the request; else the privacy officer.

use datamap::DataMapError;
use web::{Member, Role};

use crate::{Request, Result, Rights};

/// The member of staff whom an owner's name or address means; a system may name several.
fn named<'a>(owner: &str, members: &'a [Member]) -> Option<&'a Member> {
    let same = |text: &str, part: &str| text.trim().to_lowercase() == part.trim().to_lowercase();
    let parts = std::iter::once(owner).chain(owner.split([',', ';', '/', '，', '；', '、']));
    let mut parts = parts.filter(|part| !part.trim().is_empty());
    parts
        .find_map(|part| members.iter().find(|one| same(&one.name, part) || same(&one.login, part)))
}

fn pick<'a>(owner: &str, assignee: &str, members: &'a [Member]) -> Option<&'a Member> {
    let of = |role: Role| members.iter().find(move |one| one.role == role);
    named(owner, members)
        .or_else(|| members.iter().find(|one| one.id == assignee))
        .or_else(|| of(Role::PrivacyOfficer))
        .or_else(|| of(Role::Owner))
}

impl Rights {
    /// Whom the data map names as owner of a source's system now, or "".
    pub(super) async fn team_of(&self, source: &str) -> Result<String> {
        let map = self.regimes().map();
        let sources = map.sources().await?;
        let system = sources.iter().find(|one| one.id == source).map(|one| one.system_id.as_str());
        match system {
            None => Ok(String::new()),
            Some(id) => self.named_for(id).await,
        }
    }

    /// The id of whoever sees to a source of a request; "" where nobody works here. A system that is
    /// gone meanwhile names nobody.
    pub(super) async fn owner_of(
        &self,
        request: &Request,
        system: &str,
        members: &[Member],
    ) -> Result<String> {
        let owner = self.named_for(system).await?;
        Ok(pick(&owner, &request.assignee, members).map_or_else(String::new, |one| one.id.clone()))
    }

    /// Whom the data map names as owner of a system, or "".
    async fn named_for(&self, system: &str) -> Result<String> {
        if system.is_empty() {
            return Ok(String::new());
        }
        match self.regimes().map().system(system).await {
            Ok(one) => Ok(one.owner),
            Err(DataMapError::NotFound(_)) => Ok(String::new()),
            Err(error) => Err(error.into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn member(id: &str, name: &str, role: Role) -> Member {
        let login = format!("{id}@lantern.example");
        Member { id: id.into(), name: name.into(), login, role }
    }

    #[test]
    fn the_maps_owner_comes_first_then_the_assignee_then_the_officer() {
        let all = [
            member("o", "Olga", Role::Owner),
            member("d", "Dan", Role::PrivacyOfficer),
            member("e", "李雷", Role::Engineer),
        ];
        let id = |owner: &str, assignee: &str, all: &[Member]| {
            pick(owner, assignee, all).map(|one| one.id.clone())
        };
        assert_eq!(id("李雷", "o", &all).as_deref(), Some("e"));
        assert_eq!(id("Shop team, E@lantern.example", "o", &all).as_deref(), Some("e"));
        assert_eq!(id("Shop team", "o", &all).as_deref(), Some("o"));
        assert_eq!(id("", "gone", &all).as_deref(), Some("d"));
        assert_eq!(id("", "", &all[..1]).as_deref(), Some("o"));
        assert_eq!(id("", "", &[]), None);
    }
}
