//! Small counts are hidden, and so many others with them that no total gives them away.
//!
//! Source: Hundepool et al., *Statistical Disclosure Control*, Wiley 2012, chapter 4: a count from 1 to k-1 is hidden
//! (primary suppression), then others (complementary suppression) until no hidden count follows from the published ones and
//! the totals of rows and columns. Whether one follows is decided exactly, over whole numbers from 0: a hidden cell can be one
//! more if the residual graph of the hidden cells leads back from its column to its row, and one less likewise; a cell for
//! which neither is possible is known to whoever can subtract.

/// The smallest number of people that a count may show.
pub const K: u32 = 5;

/// Which cells of a table may be shown beside the totals of all its rows and columns: none where not even that is safe, and
/// then the totals must not be shown either.
///
/// Rows are of one length. A cell is hidden where its count is from 1 to `k - 1`, and where it is a whole row's total of at
/// least one: then something would be known of everybody.
#[must_use]
pub fn suppress(table: &[Vec<u32>], k: u32) -> Option<Vec<Vec<Option<u32>>>> {
    let mut hidden: Vec<Vec<bool>> = table
        .iter()
        .map(|row| {
            let total: u32 = row.iter().sum();
            row.iter()
                .map(|count| (1..k).contains(count) || (*count > 0 && *count == total))
                .collect()
        })
        .collect();
    while let Some(known) = first_known(table, &hidden) {
        let (row, column) = another(table, &hidden, known)?;
        hidden[row][column] = true;
    }
    let shown = |(row, hides): (&Vec<u32>, &Vec<bool>)| {
        row.iter()
            .zip(hides)
            .map(|(count, hide)| (!hide).then_some(*count))
            .collect()
    };
    Some(table.iter().zip(&hidden).map(shown).collect())
}

/// The first hidden cell that can be worked out.
fn first_known(table: &[Vec<u32>], hidden: &[Vec<bool>]) -> Option<(usize, usize)> {
    cells(hidden).find(|cell| !is_protected(table, hidden, *cell))
}

/// The cells that are marked.
fn cells(marked: &[Vec<bool>]) -> impl Iterator<Item = (usize, usize)> {
    marked.iter().enumerate().flat_map(|(row, marks)| {
        marks
            .iter()
            .enumerate()
            .filter(|(_, mark)| **mark)
            .map(move |(column, _)| (row, column))
    })
}

/// The cell to hide beside one that is known: a count above 0 that leaves the fewest known, then one in its row, then in its
/// column, then the smallest.
fn another(table: &[Vec<u32>], hidden: &[Vec<bool>], (row, column): (usize, usize)) -> Option<(usize, usize)> {
    let shown: Vec<Vec<bool>> = hidden
        .iter()
        .map(|row| row.iter().map(|hide| !hide).collect())
        .collect();
    let distance = |cell: &(usize, usize)| u8::from(cell.0 != row) + u8::from(cell.0 != row && cell.1 != column);
    let left_known = |cell: &(usize, usize)| {
        let mut hidden = hidden.to_vec();
        hidden[cell.0][cell.1] = true;
        cells(&hidden).filter(|one| !is_protected(table, &hidden, *one)).count()
    };
    let count = |cell: &(usize, usize)| table[cell.0][cell.1];
    cells(&shown).min_by_key(|cell| (count(cell) == 0, left_known(cell), distance(cell), count(cell), *cell))
}

/// Whether a hidden cell could hold another number with everything that is shown unchanged.
fn is_protected(table: &[Vec<u32>], hidden: &[Vec<bool>], (row, column): (usize, usize)) -> bool {
    let rest = |one: (usize, usize)| one != (row, column);
    // One more here: from its column along a cell that gives one, then along one that takes one, back to its row.
    let more = reaches(table, hidden, &rest, (Node::Column(column), Node::Row(row)));
    let less = table[row][column] > 0 && reaches(table, hidden, &rest, (Node::Row(row), Node::Column(column)));
    more || less
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Node {
    Row(usize),
    Column(usize),
}

/// Whether one can be moved from `from` to `to` along hidden cells: from a row to a column by adding one to their cell, from a
/// column to a row by taking one from it.
fn reaches(
    table: &[Vec<u32>],
    hidden: &[Vec<bool>],
    may_use: &impl Fn((usize, usize)) -> bool,
    (from, to): (Node, Node),
) -> bool {
    let mut reached = vec![from];
    let mut next = 0;
    while let Some(node) = reached.get(next).copied() {
        if node == to {
            return true;
        }
        next += 1;
        for (row, column) in cells(hidden).filter(|cell| may_use(*cell)) {
            let step = match node {
                Node::Row(at) if at == row => Node::Column(column),
                Node::Column(at) if at == column && table[row][column] > 0 => Node::Row(row),
                Node::Row(_) | Node::Column(_) => continue,
            };
            if !reached.contains(&step) {
                reached.push(step);
            }
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Goes on from `place` with what is left of each total; true: some table fits.
    fn fill(
        place: usize,
        table: &[Vec<u32>],
        shown: &[Vec<Option<u32>>],
        (rows, columns): (&mut Vec<u32>, &mut Vec<u32>),
        at: (usize, usize),
    ) -> bool {
        let width = columns.len();
        if place == table.len() * width {
            return rows.iter().chain(columns.iter()).all(|left| *left == 0);
        }
        let (row, column) = (place / width, place % width);
        let most = rows[row].min(columns[column]);
        let range = shown[row][column].map_or(0..=most, |count| count..=count);
        for count in range {
            if count > most || (at == (row, column) && count == table[row][column]) {
                continue;
            }
            rows[row] -= count;
            columns[column] -= count;
            let found = fill(place + 1, table, shown, (&mut *rows, &mut *columns), at);
            rows[row] += count;
            columns[column] += count;
            if found {
                return true;
            }
        }
        false
    }

    /// Whether a table with these shown cells and these totals differs in the cell asked about, by plain search.
    fn has_another(table: &[Vec<u32>], shown: &[Vec<Option<u32>>], at: (usize, usize)) -> bool {
        let columns = table[0].len();
        let mut row_totals: Vec<u32> = table.iter().map(|row| row.iter().sum()).collect();
        let mut column_totals: Vec<u32> = (0..columns)
            .map(|column| table.iter().map(|row| row[column]).sum())
            .collect();
        fill(0, table, shown, (&mut row_totals, &mut column_totals), at)
    }

    proptest! {
        #[test]
        fn no_hidden_count_follows_from_what_is_shown(
            table in (1_usize..4, 1_usize..4).prop_flat_map(|(rows, columns)| {
                prop::collection::vec(prop::collection::vec(0_u32..9, columns), rows)
            }),
        ) {
            if let Some(shown) = suppress(&table, 4) {
                for (row, counts) in table.iter().enumerate() {
                    for (column, count) in counts.iter().enumerate() {
                        match shown[row][column] {
                            Some(said) => prop_assert!(said == *count && (said == 0 || said >= 4)),
                            None => prop_assert!(has_another(&table, &shown, (row, column)), "{table:?} {shown:?}"),
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn the_other_count_of_a_row_and_another_row_are_hidden_with_a_small_one() {
        let table = vec![vec![2, 10], vec![6, 6], vec![7, 5]];
        let shown = suppress(&table, K).unwrap();
        assert_eq!(shown, [[None, None], [None, None], [Some(7), Some(5)]]);
    }

    #[test]
    fn what_is_large_enough_is_shown() {
        let table = vec![vec![6, 6], vec![0, 0]];
        assert_eq!(suppress(&table, K).unwrap(), [[Some(6), Some(6)], [Some(0), Some(0)]]);
    }

    #[test]
    fn a_table_that_its_totals_would_give_away_is_not_shown_at_all() {
        assert_eq!(suppress(&[vec![2]], K), None);
        assert_eq!(suppress(&[vec![2, 10]], K), None);
    }

    #[test]
    fn what_is_true_of_everybody_is_hidden() {
        let shown = suppress(&[vec![12, 0], vec![6, 6]], K).unwrap();
        assert_eq!(shown[0][0], None);
    }
}
