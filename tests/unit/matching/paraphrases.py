"""Seeded challenges told again in other words, as another council might put them: (key of the seed, title, problem)."""

PARAPHRASES: tuple[tuple[str, str, str], ...] = (
    (
        "camden-mould-before-winter",
        "Which of our flats will turn damp this autumn?",
        "Every cold season well over a thousand households tell us about black spots on bedroom walls. By that time "
        "somebody is often unwell and a solicitor's letter is on its way. The signs were there: cold bridges, too many "
        "people in too few rooms, broken extractor fans, heating that nobody can pay for. They lie in separate "
        "databases, so our surveyors go wherever the phone rings loudest. We want a ranked list of dwellings before "
        "the clocks go back, and a visit before the first complaint.",
    ),
    (
        "huntingdonshire-missed-bins",
        "Finding out about uncollected bins from the truck, not from an angry call",
        "On Monday mornings our contact centre hears of wheelie bins left full on the kerb. The crew say they were "
        "there and the bin was not out; the householder says it was. Nobody can show who is right, so we send a second "
        "vehicle. We would like the round itself to tell us, street by street, what was emptied and what was left.",
    ),
    (
        "gloucestershire-route-planning",
        "Planning special needs school transport anew each year without losing August",
        "Some two thousand pupils with disabilities travel to school in vehicles that we arrange. Each summer three "
        "people with maps and spreadsheets fit children, escorts, wheelchairs and contractors into runs; by the second "
        "week of term a third has changed. Journeys are longer than they need be, and taxis carry a single pupil.",
    ),
    (
        "newham-letters-in-their-language",
        "Council post that families can read in their mother tongue",
        "Four in ten of our residents speak something other than English at home. Notices about rent, school places "
        "and benefits go out in English only, and people bring them to a nephew or to the advice centre. Professional "
        "translation takes two weeks and costs more than the letter is worth.",
    ),
    (
        "durham-writing-up-visits",
        "Less typing for children's social workers",
        "After a day of home visits our practitioners sit at the laptop until nine at night to put case notes into the "
        "system. They spend more time on recording than with families. Notes arrive days late and leave out what was "
        "said. We look for a safe way from the conversation to the written record.",
    ),
    (
        "cornwall-registration-backlog",
        "Validating planning applications before the queue grows",
        "Six hundred submissions wait to be checked and registered. Most lack a plan, a certificate or the right fee, "
        "and officers write to agents two or three times. The eight-week clock does not start, builders ring us, and "
        "our best technicians do clerical work.",
    ),
    (
        "stockport-potholes-we-hear-about-late",
        "Spotting holes in the road before they hurt someone",
        "We hear of defects in the carriageway from cyclists who fell and drivers who claim for a burst tyre. "
        "Inspectors drive each street twice a year. Claims cost us half a million pounds. We want to find the holes "
        "days after they open and mend the dangerous ones first.",
    ),
    (
        "brighton-deaf-residents-at-the-counter",
        "British Sign Language at the reception desk, today and not in three weeks",
        "When somebody who signs comes to our front desk we write notes on paper or ask them to return when an "
        "interpreter is booked. Bookings take a fortnight. People who use BSL miss deadlines for housing and council "
        "tax because of it.",
    ),
    (
        "bradford-fly-tipping-evidence",
        "Identifying those who dump rubbish in alleys",
        "Mattresses and builders' waste are left behind terraces every night. Cameras are moved by hand, footage is "
        "watched by one officer, number plates are unreadable. Of nine thousand incidents we prosecuted thirty.",
    ),
    (
        "buckinghamshire-information-requests",
        "Answering freedom of information requests inside twenty days",
        "We receive fifteen hundred requests under the FOI Act a year. Staff search mailboxes, shared drives and old "
        "case systems by hand, and redact line by line. One in four replies is late, and the Commissioner has written.",
    ),
)
