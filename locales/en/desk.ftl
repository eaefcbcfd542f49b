# The desk of the data protection officer.
desk-title = Privacy officer’s desk
desk-lead = { $day }: what waits for you, which clocks run, and what changed.
desk-stat-late = past their day
desk-stat-near = within a week
desk-stat-waiting = tasks for you
desk-stat-changes = changes
desk-waiting = Waits for you
desk-waiting-none = Nothing waits. A good moment for a cup of tea.
desk-waiting-approval = { $n ->
    [one] One colleague’s question for your approval
   *[other] { $n } questions of colleagues for your approval
}
desk-waiting-policy = { $n ->
    [one] One privacy policy to approve or refuse
   *[other] { $n } privacy policies to approve or refuse
}
desk-waiting-stale = { $n ->
    [one] One published privacy policy says what is no longer so
   *[other] { $n } published privacy policies say what is no longer so
}
desk-waiting-plan = { $n ->
    [one] One deletion plan to look at
   *[other] { $n } deletion plans to look at
}
desk-waiting-stopped = { $n ->
    [one] One deletion run that stopped
   *[other] { $n } deletion runs that stopped
}
desk-waiting-alarm = { $n ->
    [one] One open alarm
   *[other] { $n } open alarms
}
desk-waiting-findings = { $n ->
    [one] One grave finding
   *[other] { $n } grave findings
}
desk-waiting-fields = { $n ->
    [one] One column to judge
   *[other] { $n } columns to judge
}
desk-waiting-drift = { $n ->
    [one] One change in a database to look at
   *[other] { $n } changes in databases to look at
}
desk-waiting-unknown = { $n ->
    [one] One duty of which nobody told whether it applies
   *[other] { $n } duties of which nobody told whether they apply
}
desk-clocks = Running clocks
desk-clocks-none = No clock ends within two months.
desk-more-clocks = { $n ->
    [one] and one more
   *[other] and { $n } more
}
desk-late = Late
desk-near = This week
desk-clock-duty = Duty
desk-clock-finding = Grave finding, to be mended
desk-clock-accepted = Accepted risk runs out
desk-clock-approval = Approval runs out
desk-clock-policy = Privacy policy begins to apply
desk-clock-undo = Deleted rows can be put back until then
desk-clock-hold = Legal hold ends
desk-findings = Findings
desk-findings-none = No check finds anything that stands.
desk-checked = Checked
desk-unchecked = The checks have not run yet.
desk-all-findings = All findings
desk-open = Duties without a day
desk-open-none = Everything is done.
desk-more-open = { $n ->
    [one] One more
   *[other] { $n } more
}
desk-no-laws = Nobody told yet where your customers live, so no law is known to apply.
desk-tell = Tell it
desk-changes = Changed in map, rules and laws
desk-since = Since you ticked it off on
desk-since-week = In the last seven days
desk-changes-none = Nothing changed.
desk-more-changes = { $n ->
    [one] and one more kind
   *[other] and { $n } more kinds
}
desk-clock-findings = { $n } grave findings
desk-see = I have seen these
desk-seen-done = Ticked off. Only newer changes are shown now.
