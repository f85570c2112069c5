"""What a supplier is asked about its solution, once, for every challenge it may answer.

Fields follow the G-Cloud service definition and the NHS Innovation Service's reusable record, with its graded evidence.
Facts about the company itself (size, numbers, VCSE) belong to the organisation.
"""

from showcase.models.questions import Audience, Kind, Question, Questionnaire, Section

SOLUTION_QUESTIONS = Questionnaire(
    version="2026-11",
    title_name="name",
    sections=(
        Section(
            "solution",
            "The solution",
            (
                Question(
                    "name",
                    "Name",
                    Kind.LINE,
                    "The product’s name alone, without extra keywords.",
                    words=12,
                    is_needed=True,
                    is_matched=True,
                    headings=("name", "product", "product name", "solution"),
                ),
                Question(
                    "summary",
                    "Summary",
                    Kind.PROSE,
                    "What it does, for whom, in 50 words.",
                    words=50,
                    is_needed=True,
                    is_matched=True,
                    headings=("summary", "overview", "about", "what is it"),
                ),
                Question(
                    "service_areas", "Services it is for", Kind.CHOICES, "", vocabulary="service_areas", is_needed=True
                ),
                Question(
                    "problem",
                    "The problem it solves and for whom",
                    Kind.PROSE,
                    "Describe the problem as a council officer or resident would.",
                    words=200,
                    is_matched=True,
                    headings=("problem", "the problem", "problem it solves", "who it is for", "the challenge"),
                ),
                Question(
                    "how",
                    "How it works",
                    Kind.PROSE,
                    "What people do with it, what it does by itself, where a person decides.",
                    words=200,
                    is_matched=True,
                    headings=("how it works", "how", "features", "the solution", "our solution"),
                ),
            ),
        ),
        Section(
            "evidence",
            "Evidence",
            (
                Question(
                    "outcomes", "Outcomes, with evidence", Kind.OUTCOMES, "What changed, by how much, and how you know."
                ),
                Question(
                    "live_councils",
                    "Councils where it is live",
                    Kind.COUNCILS,
                    "One council on each line. Name only those that agreed to it.",
                ),
                Question("maturity", "Maturity", Kind.CHOICE, "Technology readiness level.", vocabulary="maturity"),
                Question(
                    "ai_types", "Kind of AI", Kind.CHOICES, "Choose “No AI” if it uses none.", vocabulary="ai_types"
                ),
            ),
        ),
        Section(
            "fit",
            "Where it fits",
            (
                Question(
                    "regions",
                    "Regions served",
                    Kind.CHOICES,
                    "Leave empty for all of England.",
                    vocabulary="regions",
                    blank_means="All of England",
                ),
                Question(
                    "council_types",
                    "Kinds of council served",
                    Kind.CHOICES,
                    "Leave empty for all.",
                    vocabulary="council_types",
                    blank_means="All kinds",
                ),
                Question(
                    "integrations",
                    "Systems it works with",
                    Kind.PROSE,
                    "Named kinds of system, open standards, and how data moves.",
                    words=100,
                    is_matched=True,
                    headings=("integrations", "integration", "works with"),
                ),
                Question(
                    "meets",
                    "What it meets today",
                    Kind.CHOICES,
                    "Choose only what you can show evidence for.",
                    vocabulary="must_haves",
                ),
            ),
        ),
        Section(
            "assurance",
            "Assurance",
            (
                Question("hosting", "Hosting", Kind.CHOICE, "Where data is kept and processed.", vocabulary="hosting"),
                Question(
                    "accessibility",
                    "Accessibility",
                    Kind.PROSE,
                    "Standard, how it was tested and with whom, known gaps.",
                    words=100,
                    is_matched=True,
                    headings=("accessibility",),
                ),
                Question(
                    "security",
                    "Security",
                    Kind.PROSE,
                    "Certificates with dates, testing, access control.",
                    words=100,
                    is_matched=True,
                    headings=("security",),
                ),
                Question(
                    "data_protection",
                    "Data protection",
                    Kind.PROSE,
                    "What personal data, whose, why, sub-processors, whether customers’ data trains anything.",
                    words=100,
                    is_matched=True,
                    headings=("data protection", "privacy", "gdpr"),
                ),
            ),
        ),
        Section(
            "price",
            "Price and leaving",
            (
                Question(
                    "price_model",
                    "Price model",
                    Kind.PROSE,
                    "What the price depends on. Seen by councils and LGA staff, never by other suppliers.",
                    words=100,
                    audience=Audience.COUNCILS,
                    headings=("price", "pricing", "price model"),
                ),
                Question(
                    "price_floor",
                    "Lowest yearly price",
                    Kind.MONEY,
                    "In pounds a year, excluding VAT. Seen by councils and LGA staff, never by other suppliers.",
                    audience=Audience.COUNCILS,
                ),
                Question(
                    "trial",
                    "Trial",
                    Kind.PROSE,
                    "Whether a council can try it, how long, at what cost.",
                    words=50,
                    headings=("trial", "free trial"),
                ),
                Question(
                    "exit",
                    "Leaving and data export",
                    Kind.PROSE,
                    "Formats, how long it takes, what it costs, what is deleted.",
                    words=150,
                    is_matched=True,
                    headings=("exit", "data export", "leaving"),
                ),
                Question(
                    "api",
                    "API access and its cost",
                    Kind.PROSE,
                    "What can be read and written, by whom, at what cost.",
                    words=100,
                    is_matched=True,
                    headings=("api", "apis"),
                ),
            ),
        ),
        Section(
            "contact",
            "Contact",
            (
                Question(
                    "contact_name",
                    "Contact",
                    Kind.LINE,
                    "Seen by councils and LGA staff.",
                    words=12,
                    audience=Audience.COUNCILS,
                    is_needed=True,
                ),
                Question(
                    "contact_email",
                    "Contact’s e-mail address",
                    Kind.EMAIL,
                    "Seen by councils and LGA staff.",
                    audience=Audience.COUNCILS,
                    is_needed=True,
                ),
            ),
        ),
    ),
)
