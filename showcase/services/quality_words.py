"""The word lists of the quality check. Kept apart from its rules, because they change more often."""


def _listed(words: str) -> tuple[str, ...]:
    """Return the words or phrases between commas."""
    return tuple(" ".join(word.split()) for word in words.split(","))


PRODUCT_WORDS = _listed(
    """app, platform, chatbot, dashboard, portal, software, tool, system, solution, AI, CRM, application, algorithm,
    bot, website, database, drone, sensor, digital twin, machine learning, artificial intelligence, large language
    model"""
)

NOT_PRODUCTS = frozenset(_listed("GovTech, LinkedIn, YouTube, WhatsApp, FaceTime, DevOps, WiFi, PhD"))
"""Words written like a product's name that do not stand for a solution."""

BEFORE_PRODUCTS = _listed(
    """use, uses, using, used, buy, buying, bought, need, needs, want, replace, replaces, replacing, renew, renewing,
    extend, extending, install, installing, upgrade, upgrading, upgrade to, switch to, runs on, run on,
    held in, kept in, logged in, recorded in, licence for, licences for, contract for, integrate with,
    integrates with, interface with, interfaces with"""
)
"""Words after which a capitalised name is likely to be a product's."""

NOT_PRODUCT_WORDS = frozenset(
    _listed(
        """Council, Councils, Borough, County, City, Town, Parish, District, Region, England, Wales, Scotland, Ireland,
        Britain, Kingdom, London, Street, Road, Lane, Park, Hall, House, School, College, University, Hospital, Library,
        Centre, Station, Airport, Bridge, River, Act, Acts, Bill, Code, Order, Regulation, Regulations, Standard,
        Standards, Directive, Duty, Law, Plan, Policy, Framework, Strategy, Register, Survey, Index, Scheme, Programme,
        Fund, Grant, Credit, Benefit, Allowance, Tax, Government, Parliament, Ministry, Department, Office, Officer,
        Officers, Minister, Board, Trust, Trusts, Authority, Authorities, Agency, Commission, Association, Partnership,
        Ombudsman, Court, Tribunal, Police, Fire, Health, Care, Service, Services, Housing, Education, Social, Local,
        National, Royal, Saint, North, South, East, West, Great, Greater, Upper, Lower, Monday, Tuesday, Wednesday,
        Thursday, Friday, Saturday, Sunday, January, February, March, April, June, July, August, September, October,
        November, December, Christmas, Easter, Year, English, Welsh, Polish, British, Sign, Language, Easy,
        Read, Braille, Mr, Mrs, Ms, Dr, Hamlets, Keynes, Shields, Tyne, Forest"""
    )
)
"""Words that show that a capitalised name is a place, a body, a law or a date."""

EXPLAINED_ACRONYMS = frozenset(
    _listed(
        """AA, AI, AM, API, BBC, CCTV, CEO, COVID, CSV, DIY, DNA, DPIA, EU, FAQ, GDPR, GOV, GP, GPS, HR, HTML,
        HTTP, ICT, ID, ISO, IT, JSON, LGA, LED, MP, MS, NHS, OK, OS, PC, PDF, PIN, PM, QR, REST, RFID, SEND, SEN, SME,
        SMS, SQL, TRL, TV, UK, URL, US, USB, VAT, VCSE, WCAG, XLS, XLSX, XML, ZIP"""
    )
)
"""Acronyms that readers in councils and technology firms know."""

NUMBER_WORDS = _listed(
    """none, zero, half, halve, halved, double, doubled, third, quarter, fifth, tenth, per cent, one, two, three, four,
    five, six, seven, eight, nine, ten, dozen, hundred, thousand"""
)

PEOPLE_WORDS = _listed(
    """people, person, resident, tenant, leaseholder, landlord, householder, household, homeowner, family, families,
    parent, carer, child, children, young, pupil, student, learner, adult, officer, staff, worker, employee, team,
    manager, director, councillor, member, citizen, customer, caller, user, applicant, claimant, patient, visitor,
    voter, elector, driver, rider, passenger, cyclist, pedestrian, commuter, planner, developer, architect, agent,
    inspector, surveyor, engineer, operative, crew, contractor, supplier, provider, adviser, advisor, assessor,
    coordinator, practitioner, clinician, nurse, doctor, teacher, headteacher, governor, volunteer, partner,
    business, trader, licensee, shopkeeper, owner, neighbour, community, communities, refugee, asylum seeker,
    veteran, speaker, interpreter, translator, librarian, borrower, reader, analyst, clerk, supervisor, handler,
    administrator, apprentice, commissioner, guardian, survivor, victim, rough sleeper, taxpayer, payer, debtor,
    someone, anyone, everyone, women, men, woman, man"""
)

PLAIN_WORDS = {
    "leverag(?:e|es|ed|ing)": "“use” is plainer",
    "utilis(?:e|es|ed|ing|ation)": "“use” is plainer",
    "synerg(?:y|ies|istic)": "say what is gained by working together",
    "stakeholders": "say who they are",
    "digital transformation": "say what will change for whom",
    "paradigm(?: shift)?": "say what changes",
    "going forward": "leave it out, or give a date",
    "low[- ]hanging fruit": "say which part is easiest",
    "blue[- ]sky": "say what is new",
    "holistic(?:ally)?": "say what is taken together",
    "(?:best|first)[- ]in[- ]class": "give the evidence instead",
    "world[- ](?:class|leading|beating)": "give the evidence instead",
    "cutting[- ]edge": "say what is new about it",
    "state[- ]of[- ]the[- ]art": "say what is new about it",
    "game[- ]chang(?:er|ing)": "give the evidence instead",
    "revolutionary": "give the evidence instead",
    "next[- ]generation": "say what is new about it",
    "seamless(?:ly)?": "say what people no longer have to do",
    "channel shift": "say who will do what where instead",
    "single source of truth": "say which record people will rely on",
}
"""Phrase, as a regular expression → what to do about it."""
