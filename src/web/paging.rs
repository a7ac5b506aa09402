//! Long lists, a page at a time.
use std::ops::Range;

use maud::Markup;
use maud::html;

use crate::web::error::PageError;

/// One page of a list.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Paging {
    /// Which, from 1.
    pub page: usize,
    /// How many there are, at least 1.
    pub pages: usize,
    /// Entries on each.
    per: usize,
}

impl Paging {
    /// All of a list.
    pub const WHOLE: Self = Self {
        page: 1,
        pages: 1,
        per: usize::MAX,
    };

    /// The number of a page as the address gives it, 1 where it gives none.
    ///
    /// # Errors
    /// [`PageError::NotFound`] where it is no number from 1 on.
    pub fn number(word: Option<&str>) -> Result<usize, PageError> {
        let Some(word) = word.filter(|word| !word.is_empty()) else {
            return Ok(1);
        };
        word.parse().ok().filter(|page| *page > 0).ok_or_else(no_such_page)
    }

    /// That page of a list of so many entries, so many on each.
    ///
    /// # Errors
    /// [`PageError::NotFound`] where the list has no such page.
    pub fn of(page: usize, entries: usize, per: usize) -> Result<Self, PageError> {
        let pages = entries.div_ceil(per.max(1)).max(1);
        if page > pages {
            return Err(no_such_page());
        }
        Ok(Self { page, pages, per })
    }

    /// The same, straight from the address.
    ///
    /// # Errors
    /// [`PageError::NotFound`] where the list has no such page.
    pub fn asked(word: Option<&str>, entries: usize, per: usize) -> Result<Self, PageError> {
        Self::of(Self::number(word)?, entries, per)
    }

    /// Which entries stand on it.
    #[must_use]
    pub fn range(&self) -> Range<usize> {
        let from = (self.page - 1).saturating_mul(self.per);
        from..from.saturating_add(self.per)
    }

    /// Those of the list that stand on it.
    #[must_use]
    pub fn cut<'l, T>(&self, all: &'l [T]) -> &'l [T] {
        let range = self.range();
        &all[range.start.min(all.len())..range.end.min(all.len())]
    }

    /// The way to the pages before and after, or nothing where there is one page; `what` says of which list, for whoever hears it.
    #[must_use]
    pub fn turn(&self, what: &str, (back, on): (&str, &str), address: impl Fn(usize) -> String) -> Markup {
        html! {
            @if self.pages > 1 {
                nav.turn aria-label={ "Pages of " (what) } {
                    @if self.page > 1 { a rel="prev" href=(address(self.page - 1)) { (back) } }
                    span.soft { "Page " (self.page) " of " (self.pages) }
                    @if self.page < self.pages { a rel="next" href=(address(self.page + 1)) { (on) } }
                }
            }
        }
    }
}

fn no_such_page() -> PageError {
    PageError::NotFound("There is no such page of this list.".to_owned())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;

    #[test]
    fn the_way_on_and_back_says_where_one_is() {
        let turn = |page| {
            Paging::of(page, 51, 25)
                .expect("a page")
                .turn("files", ("Newer", "Older"), |page| format!("/x?page={page}"))
        };
        insta::assert_snapshot!(turn(2).into_string(), @r#"<nav class="turn" aria-label="Pages of files"><a rel="prev" href="/x?page=1">Newer</a><span class="soft">Page 2 of 3</span><a rel="next" href="/x?page=3">Older</a></nav>"#);
        assert!(!turn(1).into_string().contains("prev") && !turn(3).into_string().contains("next"));
        assert_eq!(
            Paging::of(1, 25, 25)
                .expect("a page")
                .turn("files", ("", ""), |_| String::new())
                .into_string(),
            ""
        );
    }

    #[rstest]
    #[case("0")]
    #[case("-1")]
    #[case("2x")]
    #[case("99999999999999999999999999")]
    #[case("4")]
    fn a_bad_number_is_a_plain_error(#[case] word: &str) {
        assert!(matches!(Paging::asked(Some(word), 51, 25), Err(PageError::NotFound(_))));
    }

    proptest! {
        #[test]
        fn the_pages_together_are_the_list(entries in 0_usize..200, per in 1_usize..30) {
            let all: Vec<usize> = (0..entries).collect();
            let pages = Paging::of(1, entries, per).expect("the first").pages;
            let walked: Vec<usize> = (1..=pages)
                .flat_map(|page| Paging::of(page, entries, per).expect("a page").cut(&all).to_vec())
                .collect();
            prop_assert_eq!(walked, all);
            prop_assert!(Paging::of(pages + 1, entries, per).is_err());
        }
    }
}
