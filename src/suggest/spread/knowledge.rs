//! Who knows which file and folder, in one replay.
use crate::suggest::spread::history::History;
use crate::suggest::spread::history::Person;
use crate::suggest::spread::history::day;
use crate::suggest::spread::history::float;

/// What everybody knows of every file and folder.
#[derive(Clone, Debug, Default)]
pub struct Knowledge {
    /// By number of the file.
    pub files: Vec<Place>,
    /// By number of the folder.
    pub folders: Vec<Place>,
}

/// A file or folder.
#[derive(Clone, Debug, Default)]
pub struct Place {
    /// Whoever wrote or reviewed something there, by number.
    pub holders: Vec<Holder>,
    /// Reviews there, one for each reviewer.
    pub reviews: u32,
    /// Days with a review.
    pub days: u32,
    /// The last of them.
    pub last_day: i64,
}

/// What one person did at a place.
#[derive(Clone, Debug)]
pub struct Holder {
    /// Who.
    pub person: Person,
    /// Changes written.
    pub commits: u32,
    /// The day of the last one.
    pub last_commit: i64,
    /// Changes reviewed.
    pub reviews: u32,
    /// Days with a review.
    pub days: u32,
    /// The last of them.
    pub last_review: i64,
}

impl Knowledge {
    /// Nothing yet, for the places of a history.
    #[must_use]
    pub fn of(history: &History) -> Self {
        Self {
            files: vec![Place::default(); history.folders.len()],
            folders: vec![Place::default(); history.number_of_folders],
        }
    }

    /// Somebody wrote a change of these files.
    pub fn wrote(&mut self, history: &History, person: Person, files: &[usize], at: i64) {
        self.each(history, files, |place| {
            let holder = place.holder(person);
            holder.commits += 1;
            holder.last_commit = day(at);
        });
    }

    /// Some people reviewed a change of these files.
    pub fn reviewed(&mut self, history: &History, people: &[Person], files: &[usize], at: i64) {
        let day = day(at);
        self.each(history, files, |place| {
            for person in people {
                place.reviews += 1;
                let holder = place.holder(*person);
                holder.days += u32::from(holder.reviews == 0 || holder.last_review != day);
                holder.reviews += 1;
                holder.last_review = day;
            }
            if !people.is_empty() {
                place.days += u32::from(place.days == 0 || place.last_day != day);
                place.last_day = day;
            }
        });
    }

    fn each(&mut self, history: &History, files: &[usize], mut act: impl FnMut(&mut Place)) {
        for file in files {
            act(&mut self.files[*file]);
        }
        for folder in folders(history, files) {
            act(&mut self.folders[folder]);
        }
    }

    /// The places of files at a level: the files themselves at 0, else the folders so many levels above them.
    #[must_use]
    pub fn places<'a>(&'a self, history: &History, files: &[usize], level: usize) -> Vec<&'a Place> {
        if level == 0 {
            return files.iter().map(|file| &self.files[*file]).collect();
        }
        let above = files
            .iter()
            .filter_map(|file| history.folders[*file].get(level - 1).copied());
        let mut above: Vec<usize> = above.collect();
        above.sort_unstable();
        above.dedup();
        above.into_iter().map(|folder| &self.folders[folder]).collect()
    }

    /// Share of these files that somebody wrote or reviewed something of.
    #[must_use]
    pub fn share_known(&self, person: Person, files: &[usize]) -> f64 {
        let known = files.iter().filter(|file| self.files[**file].knows(person)).count();
        float(known) / float(files.len().max(1))
    }
}

fn folders(history: &History, files: &[usize]) -> Vec<usize> {
    let mut folders: Vec<usize> = files
        .iter()
        .flat_map(|file| history.folders[*file].iter().copied())
        .collect();
    folders.sort_unstable();
    folders.dedup();
    folders
}

impl Place {
    /// What somebody did here.
    #[must_use]
    pub fn of(&self, person: Person) -> Option<&Holder> {
        let at = self.holders.binary_search_by_key(&person, |holder| holder.person);
        at.ok().map(|at| &self.holders[at])
    }

    /// Whether somebody wrote or reviewed something here.
    #[must_use]
    pub fn knows(&self, person: Person) -> bool {
        self.of(person).is_some()
    }

    /// Whether somebody reviewed something here.
    #[must_use]
    pub fn has_reviewed(&self, person: Person) -> bool {
        self.of(person).is_some_and(|holder| holder.reviews > 0)
    }

    /// Whoever reviewed something here.
    pub fn reviewers(&self) -> impl Iterator<Item = Person> {
        self.holders
            .iter()
            .filter(|holder| holder.reviews > 0)
            .map(|holder| holder.person)
    }

    fn holder(&mut self, person: Person) -> &mut Holder {
        let at = self.holders.binary_search_by_key(&person, |holder| holder.person);
        let at = at.unwrap_or_else(|at| {
            let new = Holder {
                person,
                commits: 0,
                last_commit: 0,
                reviews: 0,
                days: 0,
                last_review: 0,
            };
            self.holders.insert(at, new);
            at
        });
        &mut self.holders[at]
    }
}
