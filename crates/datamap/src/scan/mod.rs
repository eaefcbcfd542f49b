//! The scan: introspect, sample, classify, merge; decisions survive, drift is told.

use store::{JobContext, JobError, JobHandler};

use crate::DataMap;

/// Works on jobs of kind `scan`.
pub struct ScanHandler {
    #[expect(dead_code, reason = "being built")]
    map: DataMap,
}

impl ScanHandler {
    /// A handler for this map.
    pub fn new(map: DataMap) -> Self {
        Self { map }
    }
}

#[async_trait::async_trait]
impl JobHandler for ScanHandler {
    fn kind(&self) -> &'static str {
        "scan"
    }
    async fn run(&self, _context: JobContext) -> Result<(), JobError> {
        Ok(())
    }
}
