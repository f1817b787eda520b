"""Send what leaves Spoke: write-back to HubSpot, Slack, webhooks of ours, reports; all through one
outbox."""
