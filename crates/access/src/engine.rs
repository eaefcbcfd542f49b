//! Asking Cedar: policies and names are made once, a person once a page, a request each time.

use crate::slice::{Heads, Slices};
use crate::{Action, Actor, Context, Decision, Fault, PROGRAM, Program, Resource, SHIPPED, check};
use cedar_policy::{
    Authorizer, Entities, Entity, EntityId, EntityTypeName, EntityUid, Policy, PolicyId, PolicySet,
    Request, RestrictedExpression,
};
use std::collections::{HashMap, HashSet};
use std::str::FromStr as _;

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AccessError {
    /// The policies do not fit; the first fault is told.
    #[error("line {}: {}", .0.line, .0.reason)]
    Policies(Fault),
    /// Cedar refused a name or a value of ours.
    #[error("the request could not be made: {0}")]
    Request(String),
}

pub(crate) fn broken(error: impl std::fmt::Display) -> AccessError {
    AccessError::Request(error.to_string())
}

struct Types {
    person: EntityTypeName,
    role: EntityTypeName,
    group: EntityTypeName,
    program: EntityTypeName,
    scope: EntityTypeName,
    kind: EntityTypeName,
}

/// Policies ready to be asked.
pub struct Engine {
    authorizer: Authorizer,
    set: Slices,
    shipped: Slices,
    names: HashMap<PolicyId, String>,
    actions: Vec<EntityUid>,
    types: Types,
    custom: bool,
}

/// A person or program as Cedar knows them; make it once and ask many times.
pub struct Principal {
    uid: EntityUid,
    entities: Entities,
    owner: bool,
    /// The heads of all policies, and of the shipped ones, that fit them.
    heads: [Heads; 2],
}

impl Engine {
    /// The shipped policies alone.
    pub fn shipped() -> Result<Self, AccessError> {
        Self::with("")
    }

    /// The shipped policies and these in addition.
    pub fn with(custom: &str) -> Result<Self, AccessError> {
        if let Some(fault) = check(custom).into_iter().next() {
            return Err(AccessError::Policies(fault));
        }
        let mut names = HashMap::new();
        let mut shipped = PolicySet::new();
        add(&mut shipped, &mut names, "shipped", SHIPPED)?;
        let mut set = shipped.clone();
        let own = add(&mut set, &mut names, "own", custom)?;
        let name = |text: &str| EntityTypeName::from_str(text).map_err(broken);
        let action = name("Privet::Action")?;
        Ok(Self {
            authorizer: Authorizer::new(),
            set: Slices::new(&set),
            shipped: Slices::new(&shipped),
            names,
            actions: Action::ALL.iter().map(|one| uid(&action, one.as_str())).collect(),
            types: Types {
                person: name("Privet::Person")?,
                role: name("Privet::Role")?,
                group: name("Privet::Group")?,
                program: name("Privet::Program")?,
                scope: name("Privet::Scope")?,
                kind: name("Privet::Kind")?,
            },
            custom: own > 0,
        })
    }

    /// Prepares a person.
    pub fn principal(&self, actor: &Actor) -> Result<Principal, AccessError> {
        let parents = std::iter::once(uid(&self.types.role, &actor.role))
            .chain(actor.groups.iter().map(|group| uid(&self.types.group, group)));
        let person = uid(&self.types.person, &actor.id);
        self.prepare(person, parents.collect(), &actor.role, &actor.purposes)
    }

    /// Prepares a program.
    pub fn program(&self, program: &Program) -> Result<Principal, AccessError> {
        let parents = program.scopes.iter().map(|scope| uid(&self.types.scope, scope)).collect();
        let own = uid(&self.types.program, &program.id);
        self.prepare(own, parents, PROGRAM, &program.purposes)
    }

    fn prepare(
        &self,
        own: EntityUid,
        parents: HashSet<EntityUid>,
        role: &str,
        purposes: &[String],
    ) -> Result<Principal, AccessError> {
        let text = |text: &String| RestrictedExpression::new_string(text.clone());
        let attributes = HashMap::from([
            ("role".to_owned(), RestrictedExpression::new_string(role.to_owned())),
            ("purposes".to_owned(), RestrictedExpression::new_set(purposes.iter().map(text))),
        ]);
        let mut all = parents.clone();
        all.insert(own.clone());
        let heads = [self.set.heads(&all), self.shipped.heads(&all)];
        let entity = Entity::new(own.clone(), attributes, parents).map_err(broken)?;
        let entities = Entities::from_entities([entity], None).map_err(broken)?;
        Ok(Principal { uid: own, entities, owner: role == "owner", heads })
    }

    /// Decides for a prepared person.
    pub fn decide(
        &self,
        person: &Principal,
        action: Action,
        resource: &Resource<'_>,
        context: &Context<'_>,
    ) -> Result<Decision, AccessError> {
        let pairs = [
            ("purpose".to_owned(), RestrictedExpression::new_string(context.purpose.to_owned())),
            ("approved".to_owned(), RestrictedExpression::new_bool(context.approved)),
            ("emergency".to_owned(), RestrictedExpression::new_bool(context.emergency)),
        ];
        let context = cedar_policy::Context::from_pairs(pairs).map_err(broken)?;
        let request = Request::new(
            person.uid.clone(),
            self.actions[action as usize].clone(),
            uid(&self.types.kind, resource.kind),
            context,
            None,
        )
        .map_err(broken)?;
        // Nobody can be locked out for good: what an owner needs in order to mend the rules is
        // decided by the shipped policies alone, whatever was added to them.
        let (all, heads) = if self.custom && person.owner && mends(action) {
            (&self.shipped, &person.heads[1])
        } else {
            (&self.set, &person.heads[0])
        };
        let set = all.of(action as usize, &self.actions[action as usize], heads)?;
        let answer = self.authorizer.is_authorized(&request, &set, &person.entities);
        let mut policies: Vec<String> =
            answer.diagnostics().reason().filter_map(|id| self.names.get(id)).cloned().collect();
        policies.sort();
        // A policy that could not be evaluated must never turn a refusal into a permission.
        let failed = answer.diagnostics().errors().next().is_some();
        let allow = answer.decision() == cedar_policy::Decision::Allow && !failed;
        Ok(Decision { allow, policies })
    }

    /// Prepares whoever an actor stands for: with the role [`PROGRAM`] a program, whose groups are its
    /// scopes.
    fn either(&self, actor: &Actor) -> Result<Principal, AccessError> {
        if actor.role != PROGRAM {
            return self.principal(actor);
        }
        let Actor { id, groups: scopes, purposes, .. } = actor.clone();
        self.program(&Program { id, scopes, purposes })
    }

    /// Decides once; anything that goes wrong is a refusal. An actor with the role [`PROGRAM`] is a
    /// program, and its groups are its scopes.
    pub fn allows(
        &self,
        actor: &Actor,
        action: Action,
        resource: &Resource<'_>,
        context: &Context<'_>,
    ) -> Decision {
        self.either(actor)
            .and_then(|person| self.decide(&person, action, resource, context))
            .unwrap_or_else(|_| Decision { allow: false, policies: Vec::new() })
    }
}

/// What an owner needs in order to mend the rules.
fn mends(action: Action) -> bool {
    matches!(
        action,
        Action::ViewMap
            | Action::ViewRecords
            | Action::ManagePeople
            | Action::GrantPurposes
            | Action::Approve
            | Action::EditPolicies
            | Action::ChangePolicies
    )
}

fn uid(kind: &EntityTypeName, id: &str) -> EntityUid {
    EntityUid::from_type_name_and_id(kind.clone(), EntityId::new(id))
}

/// Adds the policies of a text under names that cannot clash; returns how many.
fn add(
    set: &mut PolicySet,
    names: &mut HashMap<PolicyId, String>,
    prefix: &str,
    text: &str,
) -> Result<usize, AccessError> {
    let parsed = PolicySet::from_str(text).map_err(broken)?;
    let mut count = 0;
    for policy in parsed.policies() {
        let id = PolicyId::new(format!("{prefix}:{}", policy.id()));
        let name = policy.annotation("id").map_or_else(|| id.to_string(), str::to_owned);
        names.insert(id.clone(), name);
        set.add(Policy::new_id(policy, id)).map_err(broken)?;
        count += 1;
    }
    Ok(count)
}
