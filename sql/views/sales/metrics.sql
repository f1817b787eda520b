-- What does this number mean? One row for each sales metric: for tooltips, column heads and doubts
-- about a figure. `key` is its column in sales_metrics and sales_timeline; a metric that is a table
-- has a function of its own (answered_by). usual_range is where sales teams commonly are, as a hint
-- when a figure looks odd; it is no goal. It is data and not prose in a page, so that a test can
-- hold it against the functions. Leaves out the figures themselves.
create or replace view metrics with (security_invoker = true) as
select *
from (
    values
    (
        1, 'totalSales', 'Total sales', 'sales_metrics', 'money',
        'What the won deals closing in the period are worth together. Negative amounts lower it.',
        'deals: deal_whole_amount, else amount, or the property of metric_settings',
            'depends on the business',
        '0: no deal was won'
    ),
    (
        2, 'avgDealSize', 'Average deal size', 'sales_metrics', 'money',
        'The average of the won deals closing in the period that are worth more than nothing.',
        'deals: deal_whole_amount, else amount, or the property of metric_settings',
            'depends on the business',
        'no won deal with an amount above 0'
    ),
    (
        3, 'totalDeals', 'Deals won', 'sales_metrics', 'n',
        'How many deals closing in the period were won.',
        'deals: closedate, dealstage; pipelines: stage closed with probability 1',
            'depends on the business',
        '0: no deal was won'
    ),
    (
        4, 'cancellationRate', 'Cancellation rate', 'sales_metrics', '%',
        'The share of lost deals among all deals closing in the period, the open ones '
        'included: it is '
        'not 100 less the win rate.',
        'deals: closedate, dealstage; pipelines: stage closed with probability 0', '10 to 40',
        'no deal closes in the period'
    ),
    (
        5, 'conversionRate', 'Conversion rate', 'sales_metrics', '%',
        'The share of customers (today) among the contacts created in the period.',
        'contacts: createdate, lifecyclestage, one of customer_stages in metric_settings',
            '1 to 10',
        'no contact was created'
    ),
    (
        6, 'qualifiedRate', 'Qualified rate', 'sales_metrics', '%',
        'The share of deals closing in the period that were qualified.',
        'deals: qualified_status, one of the words that mean yes', '30 to 70',
        'no deal closes in the period'
    ),
    (
        7, 'trialRate', 'Trial rate', 'sales_metrics', '%',
        'The share of deals closing in the period that had a trial.',
        'deals: trial_status, one of the words that mean yes', '10 to 50',
        'no deal closes in the period'
    ),
    (
        8, 'avgInstallments', 'Average instalments', 'sales_metrics', 'months',
        'Over how many months won deals closing in the period are paid, on average; those '
        'without instalments left out.',
        'deals: number_of_installments__months', '3 to 12',
        'no won deal has instalments'
    ),
    (
        9, 'timeToSale', 'Time to sale', 'sales_metrics', 'days',
        'From the creation of a deal to its close date, on average over won deals closing in the '
        'period. A close date '
        'before the creation, as imports have it, counts as negative.',
        'deals: createdate, closedate', '7 to 90',
        'no won deal has both dates'
    ),
    (
        10, 'avgCallTime', 'Average call time', 'sales_metrics', 'min',
        'How long a call of the period lasted on average, calls of length 0 included.',
        'calls: call_timestamp, call_duration', '1 to 10',
        'no call has a duration'
    ),
    (
        11, 'totalCallTime', 'Total call time', 'sales_metrics', 'h',
        'How long all calls of the period lasted together.',
        'calls: call_timestamp, call_duration', '1 to 4 per person and day',
        '0: no call has a duration'
    ),
    (
        12, 'salesScriptStats', 'Sales scripts', 'sales_script_stats', 'table',
        'For each version of the sales script the contacts created in the period, how many are '
        'customers, and the rate.',
        'contacts: createdate, sales_script_version, lifecyclestage', 'rates of 1 to 10',
        'no rows: no contact of the period has a version'
    ),
    (
        13, 'vslWatchStats', 'Video sales letter', 'vsl_watch_stats', 'table',
        'Whether contacts created in the period watched the video sales letter, how many are '
        'customers, and the rate.',
        'contacts: createdate, vsl_watched, lifecyclestage',
            'rates of 1 to 10, higher for those who watched',
        'no rate: no such contact was created'
    ),
    (
        14, 'upfrontCashCollected', 'Upfront cash', 'sales_metrics', 'money',
        'What was paid at once for the won deals closing in the period. Nothing negative is '
        'counted.',
        'deals: upfront_payment, else amount beside deal_whole_amount, or the property of '
        'metric_settings',
        'up to the total sales', '0: nothing was paid at once'
    ),
    (
        15, 'followupRate', 'Follow-up rate', 'sales_metrics', '%',
        'Of the contacts who were called in the period, the share who were called at least twice '
        'in it.',
        'calls and their contacts by association, else by phone number', '30 to 70',
        'no call of the period is linked to a contact'
    ),
    (
        16, 'totalCalls', 'Calls', 'sales_metrics', 'n',
        'How many calls there were in the period, those that match no contact included.',
        'calls: call_timestamp', '30 to 80 per person and day',
        '0: nobody called'
    ),
    (
        17, 'fiveMinReachedRate', 'Five minutes reached', 'sales_metrics', '%',
        'The share of calls of the period that lasted five minutes or more.',
        'calls: call_duration', '5 to 20',
        'there was no call'
    ),
    (
        18, 'pickupRate', 'Pick-up rate', 'sales_metrics', '%',
        'The share of calls of the period whose outcome is Connected.',
        'calls: call_disposition, one of connected_dispositions in metric_settings', '10 to 40',
        'there was no call'
    ),
    (
        19, 'timeToFirstContact', 'Time to first contact', 'sales_metrics', 'days',
        'From the creation of a contact to the first call after it, on average over the contacts '
        'created in the period '
        'who have been called since.',
        'contacts: createdate; calls and their contacts', '0 to 3',
        'nobody created in the period has been called'
    ),
    (
        20, 'avgFollowups', 'Average follow-ups', 'sales_metrics', 'n',
        'How many calls followed the first one in the period, on average over the contacts who '
        'were called in it.',
        'calls and their contacts by association, else by phone number', '0.5 to 5',
        'no call of the period is linked to a contact'
    ),
    (
        21, 'offersGivenRate', 'Offers given', 'sales_metrics', '%',
        'The share of deals closing in the period for which an offer was given.',
        'deals: offer_given', '30 to 80',
        'no deal closes in the period'
    ),
    (
        22, 'offerCloseRate', 'Offers closed', 'sales_metrics', '%',
        'Of the deals closing in the period with an offer, the share whose offer was accepted '
        'and which were won.',
        'deals: offer_given, offer_accepted, dealstage', '20 to 60',
        'no offer was given'
    ),
    (
        23, 'totalContactsCreated', 'Contacts created', 'sales_metrics', 'n',
        'How many contacts were created in the period.',
        'contacts: createdate', 'depends on the business',
        '0: no contact was created'
    ),
    (
        24, 'callToCloseRate', 'Calls to close', 'call_to_close', 'table',
        'For each owner and for the team: won deals of the owner''s contacts for a hundred calls '
        'of the owner.',
        'calls and their owners; deals, their contacts and those'' owners', '0.5 to 5',
        'no rate: the owner made no call'
    ),
    (
        25, 'winRate', 'Win rate', 'sales_metrics', '%',
        'The share of won deals among the won and lost deals closing in the period.',
        'deals: closedate, dealstage; pipelines: stages closed with probability 1 or 0', '15 to 40',
        'no deal of the period was won or lost'
    ),
    (
        26, 'openPipeline', 'Open pipeline', 'sales_outlook', 'money',
        'What all open deals are worth now, with or without a close date.',
        'deals: as total sales, of those neither won nor lost',
            '3 to 4 times the sales that are wanted',
        '0: no deal is open'
    ),
    (
        27, 'weightedPipeline', 'Weighted pipeline', 'sales_outlook', 'money',
        'What all open deals are worth now, each times the probability of its stage.',
        'deals as above; pipelines: probability of the stage', 'below the open pipeline',
        '0: no deal is open, or no stage has a probability'
    ),
    (
        28, 'forecastCategories', 'Forecast', 'forecast_categories', 'table',
        'The deals closing in the period by what people expect of them: pipeline, best case, '
        'commit, closed.',
        'deals: hs_manual_forecast_category, sale; lost ones left out', 'depends on the business',
        '0: no deal has the category'
    ),
    (
        29, 'salesVelocity', 'Sales velocity', 'sales_outlook', 'money/day',
        'What the open deals bring a day: open deals times win rate times average deal size, by '
        'the days from creation to sale.',
        'open deals now; winRate, avgDealSize and timeToSale of the period',
            'depends on the business',
        'no win rate, no sale or no time to sale in the period'
    ),
    (
        30, 'firstResponse', 'First response', 'first_response', 'min',
        'The median time from the creation of a contact to the first outgoing call, e-mail or '
        'meeting, over the contacts created in the period that had one.',
        'contacts: createdate; calls OUTBOUND, e-mails sent, meetings held', '5 to 240',
        'nobody created in the period was contacted'
    ),
    (
        31, 'neverContacted', 'Never contacted', 'first_response', '%',
        'The share of the contacts created in the period without an outgoing call, e-mail or '
        'meeting since.',
        'contacts: createdate; calls, e-mails and meetings as in first response', '0 to 30',
        'no contact was created'
    )
) as described (
    number, key, label, answered_by, unit, description, source, usual_range, when_empty
);
