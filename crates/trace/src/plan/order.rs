//! Groups of nodes that lead to each other, in an order in which each comes after all that lead to it
//! (Tarjan 1972, without recursion: a schema may be a chain of thousands of tables).

/// The strongly connected components of a graph of `nodes` nodes with edges `(from, to)`; a component
/// comes after those with edges into it, its members are sorted. The same graph gives the same answer.
pub(crate) fn groups(nodes: usize, edges: &[(usize, usize)]) -> Vec<Vec<usize>> {
    let mut next: Vec<Vec<usize>> = vec![Vec::new(); nodes];
    for (from, to) in edges {
        next[*from].push(*to);
    }
    let mut state =
        State { index: vec![usize::MAX; nodes], low: vec![0; nodes], ..State::default() };
    state.on_stack = vec![false; nodes];
    for root in 0..nodes {
        if state.index[root] == usize::MAX {
            state.visit(root, &next);
        }
    }
    state.found.reverse();
    state.found
}

#[derive(Default)]
struct State {
    index: Vec<usize>,
    low: Vec<usize>,
    on_stack: Vec<bool>,
    stack: Vec<usize>,
    count: usize,
    found: Vec<Vec<usize>>,
}

impl State {
    fn visit(&mut self, root: usize, next: &[Vec<usize>]) {
        let mut calls: Vec<(usize, usize)> = Vec::new();
        self.enter(root);
        calls.push((root, 0));
        while let Some((node, at)) = calls.pop() {
            if let Some(&to) = next[node].get(at) {
                calls.push((node, at + 1));
                if self.index[to] == usize::MAX {
                    self.enter(to);
                    calls.push((to, 0));
                } else if self.on_stack[to] {
                    self.low[node] = self.low[node].min(self.index[to]);
                }
                continue;
            }
            if let Some((parent, _)) = calls.last() {
                self.low[*parent] = self.low[*parent].min(self.low[node]);
            }
            if self.low[node] == self.index[node] {
                self.leave(node);
            }
        }
    }

    fn enter(&mut self, node: usize) {
        self.index[node] = self.count;
        self.low[node] = self.count;
        self.count += 1;
        self.stack.push(node);
        self.on_stack[node] = true;
    }

    fn leave(&mut self, node: usize) {
        let mut group = Vec::new();
        while let Some(member) = self.stack.pop() {
            self.on_stack[member] = false;
            group.push(member);
            if member == node {
                break;
            }
        }
        group.sort_unstable();
        self.found.push(group);
    }
}

#[cfg(test)]
mod tests {
    use super::groups;

    #[test]
    fn circles_are_one_group_and_come_after_what_leads_to_them() {
        let found = groups(5, &[(0, 1), (1, 2), (2, 1), (2, 3), (4, 3)]);

        let at = |node| found.iter().position(|group| group.contains(&node)).unwrap();
        assert!(found.contains(&vec![1, 2]));
        assert!(at(0) < at(1) && at(2) < at(3) && at(4) < at(3));
        assert_eq!(found.len(), 4);
    }

    #[test]
    fn a_chain_of_a_hundred_thousand_does_not_overflow() {
        let edges: Vec<(usize, usize)> = (1..100_000).map(|n| (n - 1, n)).collect();

        let found = groups(100_000, &edges);

        assert_eq!(found[0], [0]);
        assert_eq!(found.len(), 100_000);
    }
}
