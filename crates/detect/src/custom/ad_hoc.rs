//! Detectors for one request, sent along with it: patterns and words without the ceremony of a file,
//! behind the same guard.

use std::sync::Arc;

use super::{Checksum, CustomDetector, CustomDetectors, Problem, file, guard};
use crate::{Entity, Sensitivity};

/// Detectors of one request at most.
const MOST: usize = 100;

/// A detector for one request.
#[derive(Debug, Clone, Default)]
pub struct AdHoc {
    /// Type of its findings; any name.
    pub entity: String,
    /// A pattern; `None` if there are only words.
    pub pattern: Option<String>,
    /// Words that are findings as they stand, in any case.
    pub words: Vec<String>,
    /// Words near a match that make it surer.
    pub context: Vec<String>,
    /// 0..=1: how sure a match without context is.
    pub score: f64,
}

impl CustomDetectors {
    /// Detectors for one request; the first that is refused is told with its place in the list.
    pub fn ad_hoc(list: Vec<AdHoc>) -> Result<Self, (usize, Problem)> {
        if list.len() > MOST {
            return Err((MOST, Problem::TooMany { most: MOST }));
        }
        let detectors = list.into_iter().enumerate().map(|(at, one)| {
            let parts: Vec<String> =
                one.pattern.iter().cloned().chain(file::any_of(&one.words)).collect();
            let whole = match parts.as_slice() {
                [] => return Err((at, Problem::Nothing)),
                [single] => single.clone(),
                several => format!("(?:{})", several.join("\n)|(?:")),
            };
            // Who sends a pattern along wants what it finds, so it may find much.
            let finder =
                guard::compile(&whole, true, &[], true).map_err(|problem| (at, problem))?;
            let category = one.entity.parse().map_or("identity", Entity::category);
            Ok(CustomDetector {
                name: one.entity.as_str().into(),
                en: one.entity.clone(),
                zh: one.entity,
                pattern: one.pattern,
                words: one.words,
                checksum: Checksum::None,
                context: one.context.iter().map(|word| word.to_lowercase()).collect(),
                context_required: false,
                column_names: Vec::new(),
                category: category.into(),
                sensitivity: Sensitivity::Personal,
                score: one.score.clamp(0.0, 1.0),
                line: 0,
                finder: Some(finder),
                names: Vec::new(),
            })
        });
        let detectors = detectors.collect::<Result<Vec<_>, _>>()?;
        Ok(Self { detectors: Arc::new(detectors), more: Arc::default() })
    }

    /// These, and beside them those of one request.
    #[must_use]
    pub fn beside(&self, sent: &Self) -> Self {
        Self { detectors: Arc::clone(&self.detectors), more: Arc::clone(&sent.detectors) }
    }
}
