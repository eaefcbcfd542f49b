# Which laws apply, duties, rule packs.
regime-nav = Compliance
laws-title = Laws
laws-lead = Which privacy laws apply to you, worked out from your profile and from what Privet counts.
laws-law = Law
laws-applies = Applies
laws-yes = applies
laws-no = does not apply
laws-unknown = not known yet
