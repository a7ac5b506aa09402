//! What somebody is in an organisation, and so what they may open.
use std::collections::BTreeMap;
use std::collections::BTreeSet;

/// Who leads which team by configuration: the team's slug, with the logins.
pub type ConfiguredLeads = BTreeMap<String, Vec<String>>;

/// What a member is besides being one.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Roles {
    owner: bool,
    leads: BTreeSet<String>,
}

impl Roles {
    /// An organisation's owner, who leads every team.
    #[must_use]
    pub fn owner() -> Self {
        Self {
            owner: true,
            leads: BTreeSet::new(),
        }
    }

    /// Of a member: the teams that they maintain by slug, and those that the configuration names them for.
    #[must_use]
    pub fn of(owner: bool, login: &str, maintains: &[String], configured: &ConfiguredLeads) -> Self {
        let named = configured
            .iter()
            .filter(|(_, logins)| logins.iter().any(|one| one.eq_ignore_ascii_case(login)))
            .map(|(slug, _)| slug.to_lowercase());
        let leads = maintains.iter().map(|slug| slug.to_lowercase()).chain(named).collect();
        Self { owner, leads }
    }

    /// Owns the organisation.
    #[must_use]
    pub fn is_owner(&self) -> bool {
        self.owner
    }

    /// May open the page of this team.
    #[must_use]
    pub fn leads(&self, slug: &str) -> bool {
        self.owner || self.leads.contains(&slug.to_lowercase())
    }

    /// The slugs of the teams that they lead by name; an owner leads the others too.
    pub fn teams(&self) -> impl Iterator<Item = &str> {
        self.leads.iter().map(String::as_str)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lead_is_a_maintainer_or_named_by_configuration_for_that_team_only() {
        let configured = ConfiguredLeads::from([("Web".to_owned(), vec!["Cleo".to_owned()])]);
        let ben = Roles::of(false, "ben", &["payments".to_owned()], &configured);
        assert!(ben.leads("Payments") && !ben.leads("web") && !ben.is_owner());
        let cleo = Roles::of(false, "cleo", &[], &configured);
        assert!(cleo.leads("web") && !cleo.leads("payments"));
        let dan = Roles::of(false, "dan", &[], &configured);
        assert!(!dan.leads("web") && dan.teams().next().is_none());
        assert!(Roles::owner().leads("anything"));
    }
}
