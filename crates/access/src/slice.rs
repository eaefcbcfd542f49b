//! Which policies can matter to a question: those whose head names the action, and the person or a
//! role or group of theirs. The others would be refused at their first word, but Cedar reads them all
//! each time, so a company with fifty groups would pay for fifty policies.

use crate::engine::{AccessError, broken};
use cedar_policy::{ActionConstraint, EntityUid, Policy, PolicySet, PrincipalConstraint};
use std::collections::{HashMap, HashSet};
use std::sync::{Arc, PoisonError, RwLock};

/// Sets remembered; there are as many as combinations of action, role and groups named in policies.
const MOST: usize = 2048;

/// The heads that a person fits, by their numbers: what two people must share to share a set.
pub(crate) type Heads = Vec<usize>;

/// All policies, and the sets made of them so far.
pub(crate) struct Slices {
    policies: Vec<Policy>,
    /// The roles, groups and people that heads name.
    named: Vec<EntityUid>,
    made: RwLock<HashMap<(usize, Heads), Arc<PolicySet>>>,
}

impl Slices {
    pub fn new(set: &PolicySet) -> Self {
        let policies: Vec<Policy> = set.policies().cloned().collect();
        let named: HashSet<EntityUid> = policies.iter().filter_map(principal).collect();
        Self { policies, named: named.into_iter().collect(), made: RwLock::default() }
    }

    /// The heads that fit a person who is, or is in, these.
    pub fn heads(&self, own: &HashSet<EntityUid>) -> Heads {
        let fits = |(_, uid): &(usize, &EntityUid)| own.contains(*uid);
        self.named.iter().enumerate().filter(fits).map(|(at, _)| at).collect()
    }

    /// The policies whose heads fit.
    pub fn of(
        &self,
        at: usize,
        action: &EntityUid,
        heads: &[usize],
    ) -> Result<Arc<PolicySet>, AccessError> {
        let key = (at, heads.to_vec());
        let made = self.made.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(set) = made.get(&key) {
            return Ok(Arc::clone(set));
        }
        drop(made);
        let mut set = PolicySet::new();
        for policy in &self.policies {
            let who = principal(policy)
                .is_none_or(|uid| heads.iter().any(|head| self.named[*head] == uid));
            if who && names(policy, action) {
                set.add(policy.clone()).map_err(broken)?;
            }
        }
        let set = Arc::new(set);
        let mut made = self.made.write().unwrap_or_else(PoisonError::into_inner);
        if made.len() >= MOST {
            made.clear();
        }
        made.insert(key, Arc::clone(&set));
        Ok(set)
    }
}

/// Whom a policy's head names; `None`: anybody. Nobody here is in a role or group by way of another,
/// so being in it and being named are the same question.
fn principal(policy: &Policy) -> Option<EntityUid> {
    match policy.principal_constraint() {
        PrincipalConstraint::Eq(uid)
        | PrincipalConstraint::In(uid)
        | PrincipalConstraint::IsIn(_, uid) => Some(uid),
        PrincipalConstraint::Any | PrincipalConstraint::Is(_) => None,
    }
}

fn names(policy: &Policy, action: &EntityUid) -> bool {
    match policy.action_constraint() {
        ActionConstraint::Any => true,
        ActionConstraint::Eq(uid) => uid == *action,
        ActionConstraint::In(uids) => uids.contains(action),
    }
}
