"""List the words that the seven entities are made of, and how often each comes."""

from __future__ import annotations

INDUSTRIES = (
    "Technology", "Healthcare", "Finance", "Manufacturing", "Retail", "Education", "Real Estate",
    "Energy", "Telecommunications", "Transportation", "Media", "Hospitality", "Construction",
    "Agriculture", "Insurance", "Legal Services", "Consulting", "Automotive", "Pharmaceuticals",
    "Nonprofit",
)  # fmt: skip
INDUSTRY_WEIGHTS = (
    .13, .09, .09, .08, .08, .05, .05, .04, .04, .04, .04, .04, .04, .02, .04, .03, .05, .02, .02,
    .01,
)  # fmt: skip
REGIONS = (
    "North America", "Europe", "Asia Pacific", "Latin America", "Middle East", "Africa", "Oceania",
)  # fmt: skip
REGION_WEIGHTS = (0.34, 0.27, 0.18, 0.08, 0.05, 0.03, 0.05)

FIRST_WORDS = (
    "Amber", "Atlas", "Beacon", "Birch", "Blue", "Bright", "Cedar", "Clear", "Copper", "Coral",
    "Crest", "Delta", "Eagle", "East", "Ember", "Evergreen", "Falcon", "First", "Forge", "Golden",
    "Granite", "Green", "Harbor", "Hazel", "Horizon", "Iron", "Juniper", "Lake", "Laurel", "Lunar",
    "Maple", "Meridian", "North", "Nova", "Oak", "Ocean", "Orchard", "Pacific", "Pine", "Prairie",
    "Quartz", "River", "Silver", "Solar", "South", "Stone", "Summit", "Terra", "Valley", "West",
)  # fmt: skip
SECOND_WORDS = (
    "Analytics", "Bank", "Brands", "Bridge", "Capital", "Care", "Cloud", "Craft", "Design",
    "Digital", "Dynamics", "Electric", "Energy", "Engineering", "Foods", "Freight", "Health",
    "Homes", "Industries", "Insurance", "Labs", "Learning", "Legal", "Logistics", "Materials",
    "Media", "Medical", "Motors", "Networks", "Partners", "Pharma", "Point", "Press", "Software",
    "Steel", "Studios", "Supply", "Systems", "Travel", "Works",
)  # fmt: skip
COMPANY_ENDINGS = (
    "Inc", "LLC", "Ltd", "Group", "GmbH", "AG", "Corp", "Co", "PLC", "SA", "BV", "AB", "Oy",
    "Holdings", "International", "Global", "Europe", "Americas", "Asia", "Services", "Solutions",
    "Ventures", "Associates", "Collective", "Company",
)  # fmt: skip
FIRST_NAMES = (
    "Ada", "Aisha", "Amir", "Ana", "Anna", "Ben", "Carla", "Chen", "Clara", "Daniel", "David",
    "Elena", "Emil", "Emma", "Eva", "Fatima", "Felix", "Grace", "Hana", "Hugo", "Ines", "Isabel",
    "Ivan", "Jack", "Jana", "Javier", "Jonas", "Julia", "Karl", "Kenji", "Laura", "Lea", "Leon",
    "Lin", "Lucas", "Maja", "Maria", "Mateo", "Maya", "Mia", "Nadia", "Nina", "Noah", "Olga",
    "Omar", "Oscar", "Paul", "Priya", "Rosa", "Sofia",
)  # fmt: skip
LAST_NAMES = (
    "Adams", "Ahmed", "Andersen", "Bauer", "Becker", "Bianchi", "Brown", "Carter", "Castro",
    "Chan", "Clark", "Costa", "Diaz", "Dubois", "Evans", "Fischer", "Garcia", "Gupta", "Hansen",
    "Hill", "Ito", "Jansen", "Jones", "Kaya", "Khan", "Kim", "Kowalski", "Larsen", "Lee", "Lopez",
    "Martin", "Meyer", "Moreau", "Novak", "Okafor", "Olsen", "Patel", "Peters", "Popov", "Reyes",
    "Rossi", "Santos", "Sato", "Schmidt", "Silva", "Singh", "Smith", "Tanaka", "Weber", "Wong",
)  # fmt: skip
JOB_TITLES = (
    "CEO", "CTO", "CFO", "CMO", "VP Sales", "VP Marketing", "VP Engineering", "Director",
    "Sales Manager", "Marketing Manager", "Product Manager", "Engineer", "Analyst", "Consultant",
    "Coordinator", "Specialist",
)  # fmt: skip
JOB_WEIGHTS = (
    .03, .03, .03, .03, .05, .05, .04, .09, .10, .10, .08, .12, .09, .06, .05, .05,
)  # fmt: skip
LEAD_SOURCES = (
    "Organic Search", "Paid Search", "Social Media", "Email Marketing", "Direct Traffic",
    "Referrals", "Events", "Webinar", "Partner", "Offline",
)  # fmt: skip
SOURCE_WEIGHTS = (0.22, 0.15, 0.13, 0.12, 0.11, 0.09, 0.06, 0.05, 0.04, 0.03)
LIFECYCLES = (
    "subscriber", "lead", "marketingqualifiedlead", "salesqualifiedlead", "opportunity",
    "customer", "evangelist",
)  # fmt: skip
LIFECYCLE_WEIGHTS = (0.25, 0.20, 0.18, 0.12, 0.10, 0.10, 0.05)

STAGES = ("Prospecting", "Qualification", "Proposal", "Negotiation", "Closed Won", "Closed Lost")
STAGE_WEIGHTS = (0.10, 0.15, 0.20, 0.15, 0.25, 0.15)
PIPELINES = ("Enterprise", "Mid-Market", "SMB", "Partner")
PIPELINE_WEIGHTS = (0.15, 0.25, 0.45, 0.15)
DEAL_KINDS = ("New Business", "Renewal", "Upsell", "Expansion", "Pilot")
DEAL_KIND_WEIGHTS = (0.5, 0.2, 0.15, 0.1, 0.05)

CATEGORIES = (
    "Billing", "Technical Issue", "Account Access", "Feature Request", "Bug Report", "Integration",
    "Onboarding", "Performance", "Data Export", "General Question",
)  # fmt: skip
CATEGORY_WEIGHTS = (0.14, 0.19, 0.12, 0.09, 0.12, 0.08, 0.07, 0.06, 0.04, 0.09)
PRIORITIES = ("Critical", "High", "Medium", "Low")
PRIORITY_WEIGHTS = (0.05, 0.15, 0.50, 0.30)
STATUSES = ("Open", "In Progress", "Waiting", "Resolved", "Closed")
OPEN_STATUSES = 3  # so many of them come before a ticket is resolved
STATUS_WEIGHTS = (0.10, 0.12, 0.08, 0.25, 0.45)

EVENT_TYPES = (
    "Page View", "Form Submission", "Content Download", "Webinar Registration",
    "Webinar Attendance", "Ad Click", "Social Engagement", "Video View", "Demo Request",
    "Trial Signup",
)  # fmt: skip
EVENT_WEIGHTS = (0.32, 0.10, 0.12, 0.06, 0.04, 0.12, 0.10, 0.08, 0.04, 0.02)
CHANNELS = ("Organic", "Paid", "Social", "Email", "Direct", "Referral")
CHANNEL_WEIGHTS = (0.25, 0.20, 0.18, 0.17, 0.12, 0.08)
UTM_SOURCES = ("google", "bing", "facebook", "linkedin", "twitter", "newsletter", "direct", "blog")
UTM_BY_CHANNEL = (  # a row for each channel, a column for each source
    (0.75, 0.20, 0.00, 0.00, 0.00, 0.00, 0.00, 0.05),
    (0.55, 0.15, 0.15, 0.12, 0.03, 0.00, 0.00, 0.00),
    (0.00, 0.00, 0.40, 0.38, 0.22, 0.00, 0.00, 0.00),
    (0.00, 0.00, 0.00, 0.00, 0.00, 1.00, 0.00, 0.00),
    (0.00, 0.00, 0.00, 0.00, 0.00, 0.00, 1.00, 0.00),
    (0.05, 0.00, 0.00, 0.10, 0.05, 0.00, 0.00, 0.80),
)
DEVICES = ("Desktop", "Mobile", "Tablet")
DEVICE_WEIGHTS = (0.54, 0.39, 0.07)

CAMPAIGNS = 5_000
CAMPAIGN_TYPES = (
    "Newsletter", "Product Launch", "Promotional", "Event Invitation", "Onboarding", "Nurture",
    "Re-engagement", "Survey", "Announcement", "Seasonal",
)  # fmt: skip
ACTIONS = ("Sent", "Delivered", "Opened", "Clicked", "Bounced", "Unsubscribed", "Spam")
ACTION_WEIGHTS = (0.30, 0.28, 0.20, 0.10, 0.05, 0.04, 0.03)

PAGES = (
    "/", "/pricing", "/features", "/product", "/demo", "/blog", "/blog/crm-guide",
    "/blog/sales-tips", "/blog/marketing-trends", "/case-studies", "/about", "/contact", "/careers",
    "/docs", "/docs/api", "/integrations", "/signup", "/login", "/webinars", "/resources",
)  # fmt: skip
PAGE_WEIGHTS = (
    .18, .10, .08, .07, .05, .08, .06, .05, .04, .04, .03, .03, .02, .04, .03, .03, .02, .03, .01,
    .01,
)  # fmt: skip
REFERRERS = (
    "google.com", "direct", "linkedin.com", "facebook.com", "bing.com", "twitter.com",
    "youtube.com", "reddit.com", "github.com", "duckduckgo.com",
)  # fmt: skip
REFERRER_WEIGHTS = (0.38, 0.24, 0.09, 0.08, 0.06, 0.04, 0.04, 0.03, 0.02, 0.02)
BROWSERS = ("Chrome", "Safari", "Edge", "Firefox", "Opera")
BROWSER_WEIGHTS = (0.62, 0.21, 0.09, 0.06, 0.02)
COUNTRIES = (
    "United States", "United Kingdom", "Germany", "France", "Canada", "India", "Australia",
    "Brazil", "Japan", "Netherlands", "Spain", "Italy", "Mexico", "Sweden", "Singapore",
    "South Korea", "Poland", "Switzerland", "South Africa", "United Arab Emirates",
)  # fmt: skip
COUNTRY_WEIGHTS = (
    .30, .10, .09, .06, .06, .08, .04, .04, .04, .03, .03, .02, .02, .02, .01, .01, .02, .01, .01,
    .01,
)  # fmt: skip
