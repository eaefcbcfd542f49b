# Somebody looks at an automated decision.

rights-review = Review the decision
rights-review-text = Look at the decision yourself, with all that counts for and against it, as somebody who may change it. The person reads your explanation.
rights-review-outcome = What becomes of it
rights-review-why = Explanation for the person
rights-review-hint = Which data went in, what counted and how much, who looked, and what they can still do. No formulas, no trade words.
rights-outcome-upheld = Upheld
rights-outcome-changed = Changed
rights-outcome-annulled = Annulled
rights-outcome-upheld-told = Somebody of our team looked at the decision. It stays as it is.
rights-outcome-changed-told = Somebody of our team looked at the decision and changed it.
rights-outcome-annulled-told = Somebody of our team looked at the decision and annulled it.
rights-event-reviewed = Decision reviewed
rights-toast-review = Reviewed; the person is told
rights-error-review = Somebody has to look at the decision: use “Review the decision”.
rights-error-no-review = Only a request to look at a decision is reviewed, and only by a member of staff.
rights-error-outcome = Choose what becomes of the decision.
