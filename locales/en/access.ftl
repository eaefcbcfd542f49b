# Access: purposes, approvals, emergency access, reviews, policies.

access-permission-grant-purposes = Give staff the purposes for which they may open customers’ data
access-permission-approve = Approve or refuse what a colleague asks for
access-permission-review = See who can see what; run access reviews
access-permission-edit-policies = Write and try policies
access-permission-break-glass = Take emergency access, with a reason
