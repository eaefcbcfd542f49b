//! From a step to what `purge` is asked: which of a table's columns can be emptied and with what, and
//! the requests over the planned keys. Pure.

use purge::{Allow, Child, Condition, Literal, Neutral, Request, Schema, Selection, Treatment};
use retain::Kept;

use trace::Start;

use super::model::{Cell, Step};

/// Keys of one statement at most.
pub(super) const CHUNK: usize = Condition::MOST_VALUES;

/// Values that say nothing, the best first.
const NEUTRALS: [Neutral; 3] = [Neutral::Null, Neutral::Fixed, Neutral::Random];

/// What is written into a column instead of its value; `None` where nothing else can stand there: keys,
/// references, computed columns.
pub(super) fn neutral(schema: &Schema, table: &str, column: &str) -> Option<Neutral> {
    let fits = |neutral: &Neutral| {
        let treatment = Treatment::Anonymise(vec![(column.to_owned(), neutral.clone())]);
        let mut request = ask(table, Condition::always(), Vec::new(), treatment);
        request.allow.triggers = true;
        purge::plan(schema, request).is_ok()
    };
    NEUTRALS.into_iter().find(fits)
}

/// A request over rows of one table.
pub(super) fn ask(
    table: &str,
    covered: Condition,
    except: Vec<Condition>,
    treatment: Treatment,
) -> Request {
    Request {
        root: table.to_owned(),
        selection: Selection { covered, except },
        treatment,
        children: Vec::new(),
        joins: Vec::new(),
        allow: Allow::default(),
    }
}

/// Deletes these rows; what others refer to stays.
pub(super) fn delete(step: &Step, keys: Vec<Vec<Literal>>, keeps: &Kept) -> Request {
    ask(&step.table, Condition::Keys(keys), keeps.all(), Treatment::Delete)
}

/// Empties the personal columns of these rows.
pub(super) fn empty(step: &Step, keys: Vec<Vec<Literal>>, keeps: &Kept) -> Request {
    let treatment = Treatment::Anonymise(step.columns.clone());
    ask(&step.table, Condition::Keys(keys), keeps.all(), treatment)
}

/// Empties a cell of these shared rows where it names the person; nothing is known of the others.
pub(super) fn cells(
    step: &Step,
    cell: &Cell,
    start: &Start,
    keys: Vec<Vec<Literal>>,
    keeps: &Kept,
) -> Request {
    let values = start.0.get(&trace::Kind(cell.kind.clone())).cloned().unwrap_or_default();
    let named = Condition::Alike { column: cell.column.clone(), values, how: cell.how };
    let covered = Condition::All(vec![Condition::Keys(keys), named]);
    let treatment = Treatment::Anonymise(vec![(cell.column.clone(), cell.neutral.clone())]);
    ask(&step.table, covered, keeps.all(), treatment)
}

/// The rows of a wave's tables that may go with those of one of them, where they refer to each other
/// in a circle: the planned ones and no other.
pub(super) fn circle(
    request: &mut Request,
    schema: &Schema,
    wave: &[(&Step, Vec<Vec<Literal>>, Kept)],
) {
    request.allow.cut_cycles = true;
    for link in &schema.links {
        let to = wave.iter().any(|(step, ..)| step.table == link.to);
        let from = wave.iter().find(|(step, ..)| step.table == link.from);
        let Some((step, keys, keeps)) = from.filter(|_| to) else { continue };
        // A reference may be declared twice.
        let is_listed = |one: &Child| one.table == link.from && one.columns == link.from_columns;
        if request.children.iter().any(is_listed) {
            continue;
        }
        let mut except = vec![Condition::Not(Box::new(Condition::Keys(keys.clone())))];
        except.extend(keeps.all());
        request.children.push(Child {
            table: step.table.clone(),
            columns: link.from_columns.clone(),
            treatment: Treatment::Delete,
            except,
        });
    }
}
