//! Who owns which files of a repository, as its CODEOWNERS file says.
use serde::Deserialize;
use serde::Serialize;

/// One line of CODEOWNERS that counts.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct OwnersLine {
    /// The pattern, as it stands in the file.
    pub pattern: String,
    /// Whom it names, in its order; nobody: such files are owned by nobody. E-mail addresses are left out.
    pub owners: Vec<Owner>,
}

/// A person or a team in CODEOWNERS.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Owner {
    /// A person's login.
    Person(String),
    /// A team: the organisation's login and the team's short name.
    Team(String, String),
}
