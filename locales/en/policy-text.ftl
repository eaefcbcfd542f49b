# Sentences of the privacy policy. Customers read them; they are computed, so each must stand alone.
# A key with -children, -app or -california at its end is read instead by that audience.

policy-text-title = Privacy policy of { $name }
policy-text-title-app = Privacy policy of { $name } for our app
policy-text-title-children = Your data at { $name }, in simple words
policy-text-title-california = Privacy policy of { $name } for California

policy-section-who = Who is responsible
policy-section-who-children = Who we are
policy-section-collect = What we use your data for
policy-section-collect-children = What we know about you, and why
policy-section-california = What we collected in the last 12 months
policy-section-origin = Where your data comes from
policy-section-choices = What you can choose
policy-section-choices-children = You decide
policy-section-share = Who receives your data
policy-section-share-children = Who else sees it
policy-section-abroad = Data in other countries
policy-section-keep = How long we keep it
policy-section-protect = How we protect it
policy-section-children = Children
policy-section-children-children = Ask a grown-up
policy-section-automated = Decisions by machines
policy-section-sale = Sale, sharing and your opt-out
policy-section-rights = Your rights
policy-section-rights-children = What you may ask us
policy-section-complain = If something is wrong
policy-section-changes = When this policy changes

policy-text-who = { $name } decides why and how your personal data is used. This policy is for { $place }.
policy-text-who-children = We are { $name }. These pages tell you what { $place } knows about you.
policy-text-contact = You can reach us at: { $contact }.
policy-text-representative = Our representative is: { $who }.
policy-text-officer = For questions about your data, turn to: { $who }.
policy-text-officer-children = This is who looks after your data here: { $who }.

policy-text-purpose = What it is for: { $purpose }.
policy-text-purpose-children = Why: { $purpose }.
policy-text-categories = What we use: { $what }.
policy-text-categories-children = What we know: { $what }.
policy-text-sensitive = Of these, the following are sensitive and get special protection: { $what }.
policy-text-sensitive-children = We take extra care of: { $what }.
policy-text-necessity = Why we need sensitive data, and what it means for you: { $why }
policy-text-way = How: we collect it here: { $places }. We store and use it in { $countries }, and do not pass it on for this purpose.
policy-text-way-shared = How: we collect it here: { $places }. We store and use it in { $countries }, and pass on what the recipients named below need.
policy-text-way-kept = How: we store and use it in { $countries }.
policy-text-way-given = How: we collect it here: { $places }. We store it and use it for this purpose.
policy-text-basis-consent = We do this only with your consent. You are free to say no, and you can withdraw your consent at any time.
policy-text-basis-consent-children = We only do this if you, or your parent, said yes. You can change your mind at any time.
policy-text-basis-contract = We need this for our contract with you. Without it we cannot do what you asked us for.
policy-text-basis-contract-children = We need this to do what you asked us for.
policy-text-basis-human-resources = We need this to manage employment under lawful rules.
policy-text-basis-legal-obligation = A law obliges us to do this; you cannot object to it.
policy-text-basis-vital-interests = We do this in an emergency, to protect somebody's life, health or property.
policy-text-basis-public-task = We do this for a task in the public interest.
policy-text-basis-legitimate-interests = We have a legitimate interest in this: the purpose named above. You can object at any time.
policy-text-basis-news = We do this for news reporting in the public interest, within reasonable limits.
policy-text-basis-public-information = We use only what you made public yourself or what is lawfully public, within reasonable limits. You can refuse.
policy-text-basis-opt-out = We may do this until you tell us to stop.
policy-text-basis-other-law = A law or regulation allows this.
policy-text-retention = How long: { $period }.

policy-text-origin-direct = Most of it you give us yourself. Places: { $places }.
policy-text-origin-direct-children = You or your parent tell us: { $places }.
policy-text-origin-third = Some of it we get from { $who }.

policy-text-as-is = { $text }
policy-text-choice-consent = We do this only if you agree, and you can withdraw your consent at any time. What we did before stays lawful.
policy-text-choice-consent-children = We ask first. No is fine.
policy-text-choice-object = You can object at any time.
policy-text-choice-separate = We ask for your consent to this separately.
policy-text-choices-how = You find your choices, and can change each of them with one click, at { $url }.
policy-text-kept-years = { $n ->
    [one] We keep this data for 1 year.
   *[other] We keep this data for { $n } years.
}
policy-text-kept-months = { $n ->
    [one] We keep this data for 1 month.
   *[other] We keep this data for { $n } months.
}
policy-text-kept-days = { $n ->
    [one] We keep this data for 1 day.
   *[other] We keep this data for { $n } days.
}

policy-text-share-none = We give your data to nobody outside our company.
policy-text-share-processor = { $who } works for us and on our instructions. It receives: { $what }. For: { $why }.
policy-text-share-controller = { $who } decides for itself how it uses what it gets from us. It receives: { $what }. For: { $why }.
policy-text-share-joint-controller = { $who } decides together with us. It receives: { $what }. For: { $why }.
policy-text-share-authority = { $who } is an authority to which the law makes us report. It receives: { $what }. For: { $why }.
policy-text-share-at = Place: { $place }.
policy-kind-processor = companies that work for us
policy-kind-controller = companies that decide for themselves
policy-kind-joint-controller = companies that decide together with us
policy-kind-authority = authorities

policy-text-abroad = { $who } is in { $place }.
policy-text-abroad-adequacy = { $who } is in { $place }, whose level of data protection has been recognised as adequate.
policy-text-abroad-scc = { $who } is in { $place }. Standard contractual clauses of the European Commission protect your data there; ask us for a copy.
policy-text-abroad-bcr = { $who } is in { $place }. Binding corporate rules, which authorities approved, protect your data there; ask us for a copy.
policy-text-abroad-pipl-standard-contract = { $who } is in { $place }. We concluded China's standard contract for the export of personal information with it; ask us for a copy, and use your rights against it through us.
policy-text-abroad-pipl-assessment = { $who } is in { $place }. The transfer passed the security assessment of China's cyberspace authority. You can use your rights against it through us.
policy-text-abroad-pipl-certification = { $who } is in { $place }. The transfer is certified for personal information protection. You can use your rights against it through us.
policy-text-abroad-derogation = { $who } is in { $place }. We send your data there only in the cases that the law itself allows, such as to perform a contract with you.
policy-text-hosted = We run “{ $what }” in { $place }, and keep your data there ourselves.
policy-text-abroad-none = Your data stays in the country or region where you gave it to us.

policy-text-keep = The times are told with each purpose above. They begin and end with the event named there, and are no longer than the purpose needs.
policy-text-keep-children = We keep it only as long as we need it.
policy-text-at-end-delete = When the time is over, we delete the data.
policy-text-at-end-anonymise = When the time is over, we change the data so that nobody can tell whose it was.
policy-text-at-end-either = When the time is over, we delete the data or change it so that nobody can tell whose it was.
policy-text-protect = { $what }.

policy-text-children-none = We do not knowingly collect data of children. If you think that we did, tell us, and we delete it.
policy-text-children = Where we use data of children, we ask a parent or guardian first, collect only what is needed, and treat all of it as sensitive. Parents and guardians can see the data, have it corrected or deleted, and withdraw their consent.
policy-text-children-children = A parent or guardian must say yes before we keep anything about you. Show them this page, and ask them if something is not clear.
policy-text-children-age = Under { $law } a parent or guardian decides for children below the age of { $age }.

policy-text-automated-no = We make no decisions about you by machines alone that have legal or similarly strong effects on you.
policy-text-automated-yes = Some of our decisions are made by machines. You may have a person look at them, say what you think, and contest them.

policy-text-rights-how = To use your rights, go to { $url } or write to: { $contact }. We may ask for what is needed to be sure that it is you, and use that for nothing else. It costs nothing.
policy-text-rights-how-children = You can ask us any time, with a parent if you like: { $url }, or write to { $contact }.
policy-text-rights-how-page = To use your rights, go to { $url }. We may ask for what is needed to be sure that it is you, and use that for nothing else. It costs nothing.
policy-text-right-other = You have a further right.
policy-right-know-decide = You may know what we do with your data, and decide about it.
policy-right-access = You may see your data and get a copy of it.
policy-right-portability = You may take your data with you in a form that machines can read, or have us send it to somebody else.
policy-right-rectification = You may have wrong data corrected and missing data added.
policy-right-erasure = You may have your data deleted.
policy-right-restriction = You may have us restrict what we do with your data, for example while something is being settled.
policy-right-objection = You may object to what we do with your data.
policy-right-objection-marketing = You may object to advertising at any time and without a reason; we stop at once.
policy-right-withdraw-consent = You may withdraw a consent at any time, as easily as you gave it.
policy-right-opt-out = You may tell us not to sell or share your data.
policy-right-limit = You may limit what we use sensitive data for.
policy-right-automated-decision = You may refuse decisions made by machines alone, have them explained, and have a person look at them.
policy-right-automated-decision-access = You may ask how a machine came to a decision about you.
policy-right-explanation = You may ask us to explain our rules for personal data.
policy-right-close-account = You may close your account.
policy-right-third-parties = You may ask to whom exactly we gave your data.
policy-right-deceased = Close relatives may use some of these rights for somebody who died.
policy-right-no-retaliation = We may not treat you worse because you use your rights.
policy-right-complaint = You may complain to an authority and go to court.

policy-text-clock = { $law }: we answer within { $time }.
policy-text-clock-longer = { $law }: we answer within { $time }. If your request is complex we may need { $more } more, and tell you so in time.
policy-text-clock-word = { $law }: we answer { $time }.
policy-unit-hours = { $n ->
    [one] 1 hour
   *[other] { $n } hours
}
policy-unit-days = { $n ->
    [one] 1 day
   *[other] { $n } days
}
policy-unit-business-days = { $n ->
    [one] 1 working day
   *[other] { $n } working days
}
policy-unit-weeks = { $n ->
    [one] 1 week
   *[other] { $n } weeks
}
policy-unit-months = { $n ->
    [one] 1 month
   *[other] { $n } months
}
policy-unit-years = { $n ->
    [one] 1 year
   *[other] { $n } years
}

policy-text-complain-us = Please tell us first; most things can be put right at once. Our contact stands at the beginning of this page.
policy-text-complain-us-children = Tell us, or tell a grown-up you trust.
policy-text-complain = { $law }: you may complain to { $who }.
policy-text-complain-any = You may also complain to the authority for data protection where you live ({ $laws }), and go to court.

policy-text-changes = When something in here changes, we show the change, and why, on a page of its own before it applies, and tell you by e-mail or on our site if it matters to you. All earlier versions stay readable.
policy-text-changes-consent = If we want to use your data for something new, in a new way, or use new kinds of it, and need your consent for that, we ask you again first.
policy-text-merger = If our company merges, splits or is sold and your data goes to another company, we tell you its name and contact first. It must keep to what is said here or ask you anew.

policy-text-california-months = In the last 12 months we collected the following categories of personal information. We use them for the purposes told here and keep them for the times told with each purpose.
policy-text-california-given = { $what } – for: { $why }. Disclosed for a business purpose to: { $who }.
policy-text-california-kept = { $what } – for: { $why }. Disclosed to nobody.
policy-text-california-sensitive-given = { $what } (sensitive personal information) – for: { $why }. Disclosed for a business purpose to: { $who }.
policy-text-california-sensitive = { $what } (sensitive personal information) – for: { $why }. Disclosed to nobody.
policy-text-sale-none = In the last 12 months we sold no personal information and shared none for advertising across sites.
policy-text-sale = We let partners use personal information for advertising on other sites, which California law calls “sharing”. You can opt out at any time under “Your privacy choices”.
policy-text-gpc = If your browser sends the Global Privacy Control signal, we treat it as your opt-out, for the browser and, if we know you, for your account, and show you that we did.
policy-text-sale-minors = We do not knowingly sell or share personal information of people under 16 without the opt-in that the law asks for.
policy-text-agent = Somebody else may make a request for you if you gave them written permission. We ask for as little as is needed to be sure who you are: for categories less than for specific pieces of information.
policy-text-no-retaliation = We do not treat you worse because you use your rights.

policy-short-why-title = What for
policy-short-why = We use your data for { $why }.
policy-short-what-title = Which data
policy-short-what = { $what }.
policy-short-what-more-title = Which data
policy-short-what-more = { $n ->
    [one] { $what }, and one more kind. The full list stands below.
   *[other] { $what }, and { $n } more kinds. The full list stands below.
}
policy-short-shared-title = Who receives it
policy-short-shared = { $n ->
    [one] One recipient outside our company gets what it needs, and no more.
   *[other] { $n } recipients outside our company get what they need, and no more.
}
policy-short-alone-title = Who receives it
policy-short-alone = Nobody outside our company.
policy-short-abroad-title = Where
policy-short-abroad = Recipients are in { $places }. We tell below what protects your data there.
policy-short-keep-title = How long
policy-short-keep = No longer than a purpose needs or a law demands. Each purpose below tells its time.
policy-short-children-title = Children
policy-short-children = We ask a parent or guardian first.
policy-short-rights-title = You decide
policy-short-rights = See, correct, delete, take along: ask us at any time. Your choices are one click away.
policy-short-rights-children = Ask us what we know, or tell us to delete it. Your parent can do that too.
