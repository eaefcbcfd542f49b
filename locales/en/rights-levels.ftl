# How sure the laws want you to be of a person before data is handed out.

rights-degree = Before data is handed out
rights-degree-points =
    { $n ->
        [one] One fact the person tells has to agree with what is held.
       *[other] { $n } facts the person tells have to agree with what is held.
    }
rights-degree-declares = The person has to declare that they are who they say.
rights-degree-account = Whoever signed in to their account, or was checked by your team, needs nothing more.
rights-degree-enough = Enough is shown
rights-degree-open = Not enough is shown yet
rights-degree-open-text = Until then no copy is made and the request is not answered as done. Ask for the facts below, or check the person in another way.
rights-degree-stands =
    { $n ->
        [one] One fact agrees so far.
       *[other] { $n } facts agree so far.
    }
rights-degree-over = Go on without this
rights-degree-over-text = The law leaves room for your judgement: what is asked for, how sensitive the data is, what a mistake would do. Say why less is enough here; it stays with the request.
rights-degree-why = Why less is enough
rights-degree-waived = Gone on without it
rights-degree-advice = Advice
rights-degree-advice-text = Another law under which this was asked lets you ask for more only where there is reason to doubt, or forbids conditions that are not reasonable. So this advises, and holds nothing up.
rights-degree-see = See what is missing
rights-error-degree = The law wants more certainty of who this is before data is handed out. See “Ask who it is”: ask for facts, check the person, or say why less is enough.
rights-error-degree-none = No law of this request asks for more than is shown.
rights-proof-doubt = Why you doubt who this is
rights-proof-doubt-hint = More may be asked for only where there is reason to doubt, and no more than is proportionate ({ $cite }). Your reason stays with the request as a note.
rights-error-doubt = Say why you doubt who this is: more may be asked for only with a reason.
rights-event-degree-waived = Staff went on with less proof than the law's default
rights-toast-proof-waive = Noted. You can go on.

# The drawing of an erasure's plan.

rights-erasure-picture = What becomes of each table
rights-erasure-picture-label = How the person's rows hang together and what becomes of them, as a drawing; the table below says the same in words
rights-fate-delete = delete { $n }
rights-fate-empty = empty { $n }
rights-fate-keep = keep { $n }
