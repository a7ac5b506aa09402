//! The tables of a settings file that name skills.
use std::collections::BTreeMap;

use crate::model::settings::parse::OWN_SKILL_KEYS;
use crate::model::settings::parse::Reader;
use crate::model::settings::parse::Table;
use crate::model::settings::parse::Value;
use crate::model::skill::Skill;
use crate::model::skill::own;
use crate::model::skill::own::OwnSkill;
use crate::model::skill::own::OwnSkills;
use crate::model::wording;

/// Letters of a name or a definition at most: it is one line on a page.
const MOST_LETTERS: usize = 200;

impl Reader<'_> {
    pub(super) fn skills(&mut self, value: &Value<'_>) -> Option<BTreeMap<String, Vec<Skill>>> {
        let table = self.table("skills", value)?;
        let mut skills = BTreeMap::new();
        for (key, value) in table {
            let name = format!("skills.\"{}\"", key.get_ref());
            let Some(words) = self.words(&name, value) else {
                continue;
            };
            let mut known = Vec::new();
            for word in words {
                match word.parse::<Skill>() {
                    Ok(skill) => known.push(skill),
                    Err(unknown) => self.say(&value.span(), &unknown.to_string()),
                }
            }
            skills.insert(key.get_ref().as_ref().to_owned(), known);
        }
        Some(skills)
    }

    pub(super) fn own_skills(&mut self, value: &Value<'_>) -> Option<OwnSkills> {
        let table = self.table("own_skills", value)?;
        let mut defined = OwnSkills::new();
        for (key, value) in table {
            let word = key.get_ref().as_ref();
            if !own::is_slug(word) {
                self.say(
                    &key.span(),
                    &format!(
                        "own_skills.{word} is no slug; use small letters, digits and -, as in own_skills.payments"
                    ),
                );
                continue;
            }
            if let Some(skill) = self.own_skill(word, value) {
                defined.insert(word.to_owned(), skill);
            }
        }
        Some(defined)
    }

    fn own_skill(&mut self, word: &str, value: &Value<'_>) -> Option<OwnSkill> {
        let whole = format!("own_skills.{word}");
        let table = self.table(&whole, value)?;
        let (mut name, mut about, mut parent) = (None, None, None);
        for (key, value) in table {
            let inner = format!("{whole}.{}", key.get_ref());
            match key.get_ref().as_ref() {
                "name" => name = Some(self.line(&inner, value)),
                "about" => about = Some(self.line(&inner, value)),
                "parent" => parent = Some(self.line(&inner, value)),
                _ => self.unknown(key, &format!("{whole}."), &OWN_SKILL_KEYS),
            }
        }
        for (key, said) in [("name", &name), ("about", &about)] {
            if said.is_none() {
                self.say(
                    &value.span(),
                    &format!("{whole} has no {key}; every own skill needs a name and an about, a line each"),
                );
            }
        }
        // What is there but no good line was told already; the skill counts as defined, so that its uses are no faults.
        Some(OwnSkill {
            name: name.flatten().unwrap_or_default(),
            about: about.flatten().unwrap_or_default(),
            parent: parent.flatten(),
        })
    }

    /// A text of one line.
    fn line(&mut self, name: &str, value: &Value<'_>) -> Option<String> {
        let Some(text) = value.get_ref().as_str().map(str::trim) else {
            self.wrong(name, value, "a text in quotes");
            return None;
        };
        if text.is_empty() || text.chars().count() > MOST_LETTERS || text.chars().any(unfit) {
            self.say(
                &value.span(),
                &format!("{name} must be one line of 1 to {MOST_LETTERS} letters"),
            );
            return None;
        }
        Some(text.to_owned())
    }

    /// Tells of own skills in `skills` that nothing defines.
    pub(super) fn undefined(&mut self, file: &Table<'_>, own: &OwnSkills) {
        let skills = file.get("skills").and_then(|value| value.get_ref().as_table());
        for (_, value) in skills.into_iter().flatten() {
            let entries = value.get_ref().as_array().into_iter().flat_map(|array| array.iter());
            for entry in entries {
                let skill = entry.get_ref().as_str().and_then(|word| word.trim().parse().ok());
                if let Some(Skill::Own(word)) = skill
                    && !own.contains_key(&word)
                {
                    self.say(
                        &entry.span(),
                        &format!(
                            "own:{word} is defined nowhere; give it a name and an about under [own_skills.{word}] in the \
                             file of the repository named .github"
                        ),
                    );
                }
            }
        }
    }
}

/// What a line that people read may not have: it would begin another one, or turn its direction.
fn unfit(letter: char) -> bool {
    letter.is_control() || wording::turns_text(letter)
}
